package dev.reprise.image.state;

/** Attributes of a mapping that /proc/PID/smaps shows as VmFlags and that a restore sets again. */
public enum VmFlag {
    GROWS_DOWN("gd"),
    LOCKED("lo"),
    LOCKED_ON_FAULT("lf"),
    SEQUENTIAL("sr"),
    RANDOM("rr"),
    DONT_FORK("dc"),
    DONT_EXPAND("de"),
    NO_RESERVE("nr"),
    WIPE_ON_FORK("wf"),
    DONT_DUMP("dd"),
    HUGE_PAGE("hg"),
    NO_HUGE_PAGE("nh"),
    MERGEABLE("mg"),
    DROPPABLE("dp"),
    SEALED("sl"),
    HUGETLB("ht"),
    ACCOUNTABLE("ac"),
    MAY_WRITE("mw"),
    UFFD_MISSING("um"),
    UFFD_WRITE_PROTECT("uw"),
    UFFD_MINOR("ui");

    private final String smaps;

    VmFlag(String smaps) {
        this.smaps = smaps;
    }

    /** The two letters in VmFlags of /proc/PID/smaps. */
    public String smaps() {
        return smaps;
    }
}
