package dev.reprise.kernel;

/** The kinds of namespaces that a thread of ours can enter for good, beside those that it is in. */
public enum NamespaceKind {
    /** Interfaces, addresses, ports, abstract names. */
    NETWORK("net", CloneArgs.CLONE_NEWNET),
    /** What is mounted where. */
    MOUNT("mnt", CloneArgs.CLONE_NEWNS);

    private final String link;
    private final long flag;

    NamespaceKind(String link, long flag) {
        this.link = link;
        this.flag = flag;
    }

    /** Its name in /proc/PID/ns. */
    public String link() {
        return link;
    }

    /** The bit of clone(2), unshare(2) and setns(2). */
    long flag() {
        return flag;
    }
}
