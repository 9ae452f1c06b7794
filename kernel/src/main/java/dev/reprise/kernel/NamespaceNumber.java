package dev.reprise.kernel;

/** The numbers by which /proc/PID/ns knows namespaces. */
public final class NamespaceNumber {
    private NamespaceNumber() {}

    /** That of the pid namespace in which our ids are what they are. */
    public static long ofOwnPids() throws KernelException {
        String link = Proc.link("/proc/self/ns/pid");
        return Long.parseLong(link.substring(link.indexOf('[') + 1, link.indexOf(']')));
    }
}
