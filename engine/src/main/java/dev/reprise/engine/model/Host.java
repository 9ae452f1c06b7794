package dev.reprise.engine.model;

/** The machine that an image is to be restored on; {@code xcr0} the mask of XSAVE components that it has enabled. */
public record Host(String architecture, int pageSize, long xcr0) {
    /** A machine on which any image that can be read is welcome, for those who only look. */
    public static final Host ANY = new Host("x86-64", 4096, -1);
}
