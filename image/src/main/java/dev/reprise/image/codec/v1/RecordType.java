package dev.reprise.image.codec.v1;

/** The types of records with content; those of the framing itself are in {@code stream.Frame}. */
public final class RecordType {
    /** {@link dev.reprise.image.state.Machine}; the first record. */
    public static final int MACHINE = 16;

    /** {@link Forest}; the second record. */
    public static final int FOREST = 17;

    /** {@link dev.reprise.image.state.ProcessState} without its tasks, which follow. */
    public static final int PROCESS = 18;

    /** {@link dev.reprise.image.state.TaskState}. */
    public static final int TASK = 19;

    /** {@link Pages}, with page data. */
    public static final int PAGES = 20;

    static final int ADDRESS_SPACE = 32;
    static final int FD_TABLE = 33;
    static final int FS_CONTEXT = 34;
    static final int SIGNAL_HANDLERS = 35;
    static final int MEMORY_OBJECT = 36;
    static final int PIPE = 37;
    static final int REGULAR_FILE = 64;
    static final int DIRECTORY_FILE = 65;
    static final int PATH_FILE = 66;
    static final int DEVICE_FILE = 67;
    static final int TERMINAL_FILE = 68;
    static final int PIPE_END = 69;
    static final int FIFO_END = 70;
    static final int EVENT_FD = 71;
    static final int TIMER_FD = 72;
    static final int SIGNAL_FD = 73;
    static final int EPOLL = 74;
    static final int INOTIFY = 75;
    static final int MEM_FD = 76;
    static final int SOCKET = 77;
    static final int OUTSIDE_FILE = 78;
    static final int DELETED_FILE = 90;
    static final int PROC_FILE = 91;
    static final int SECCOMP_FILTER = 38;
    static final int CGROUPS = 39;
    static final int SHARED_MEMORY_SEGMENT = 40;
    static final int SEMAPHORE_SET = 41;
    static final int MESSAGE_QUEUE = 42;
    static final int PSEUDOTERMINAL = 43;
    static final int UTS_NAMESPACE = 44;
    static final int IPC_NAMESPACE = 45;
    static final int ENTERED_NAMESPACE = 46;
    static final int PSEUDOTERMINAL_END = 94;
    static final int PROCESS_FD = 92;
    static final int POSIX_QUEUE = 93;
    static final int FANOTIFY = 95;
    static final int HUNG_UP_TERMINAL = 96;
    static final int USERFAULTFD = 100;
    static final int IO_URING = 101;
    static final int TWIN = 102;
    static final int BPF_MAP = 110;

    private RecordType() {}
}
