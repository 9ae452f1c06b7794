package dev.reprise.kernel;

/** clone3(2)'s struct clone_args and flags (include/uapi/linux/sched.h). */
public final class CloneArgs {
    public static final long CLONE_VM = 0x100;
    public static final long CLONE_FS = 0x200;
    public static final long CLONE_FILES = 0x400;
    public static final long CLONE_SIGHAND = 0x800;
    public static final long CLONE_VFORK = 0x4000;
    public static final long CLONE_PARENT = 0x8000;
    public static final long CLONE_THREAD = 0x10000;
    public static final long CLONE_NEWNS = 0x20000;
    public static final long CLONE_SYSVSEM = 0x40000;
    public static final long CLONE_PARENT_SETTID = 0x100000;
    /** A tracer of the parent does not become one of the child. */
    public static final long CLONE_UNTRACED = 0x800000;
    /** The id at {@link #CHILD_TID} is cleared, and a waiter there woken, when the child ends. */
    public static final long CLONE_CHILD_CLEARTID = 0x200000;

    public static final long CLONE_NEWUTS = 0x4000000;
    public static final long CLONE_NEWIPC = 0x8000000;
    public static final long CLONE_NEWPID = 0x20000000;
    public static final long CLONE_NEWNET = 0x40000000;
    public static final long CLONE_NEWUSER = 0x1000_0000;
    public static final long CLONE_CLEAR_SIGHAND = 0x100000000L;

    /** The bytes of the struct. */
    public static final int SIZE = 88;

    public static final int FLAGS = 0;
    public static final int CHILD_TID = 16;
    public static final int PARENT_TID = 24;
    public static final int EXIT_SIGNAL = 32;
    public static final int STACK = 40;
    public static final int STACK_SIZE = 48;
    /** Address of an array of pid_t, one for each level of pid namespaces, the innermost first. */
    public static final int SET_TID = 64;

    public static final int SET_TID_SIZE = 72;

    private CloneArgs() {}
}
