package dev.reprise.kernel.x86_64;

/** The base page of x86-64. */
public final class Page {
    /** Bytes in a base page. */
    public static final int SIZE = 4096;

    private Page() {}
}
