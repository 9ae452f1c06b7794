package dev.reprise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The kernel's own code page in our address space: all 64-bit processes of one kernel have the same. */
public final class Vdso {
    private Vdso() {}

    /** The SHA-256 of its pages; empty when this process has none. */
    public static byte[] digest() throws KernelException {
        byte[] code = code();
        return code.length == 0 ? code : sha256(code);
    }

    /** Where in its pages a {@code syscall} instruction stands, from their start; -1 when there is none. */
    public static int syscallInstruction() throws KernelException {
        byte[] code = code();
        for (int i = 0; i + 1 < code.length; i++) {
            if (code[i] == 0x0f && code[i + 1] == 0x05) {
                return i;
            }
        }
        return -1;
    }

    /** Its pages' contents; empty when this process has none. */
    public static byte[] code() throws KernelException {
        for (Mapping mapping : Smaps.parse(Proc.bytes("/proc/self/maps"))) {
            if (mapping.path().equals("[vdso]")) {
                return Native.at(mapping.start(), mapping.bytes()).toArray(JAVA_BYTE);
            }
        }
        return new byte[0];
    }

    private static byte[] sha256(byte[] code) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(code);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has SHA-256", impossible);
        }
    }
}
