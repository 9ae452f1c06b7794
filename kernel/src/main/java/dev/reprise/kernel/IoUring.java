package dev.reprise.kernel;

import java.util.List;

/**
 * Constants of include/uapi/linux/io_uring.h, and places in its structures.
 *
 * <pre>
 * struct io_uring_params: u32 sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd, resv[3];
 *                         sq_off at 40: u32 head, tail, ring_mask, ring_entries, flags, dropped, array, resv1; u64 user_addr
 *                         cq_off at 80: u32 head, tail, ring_mask, ring_entries, overflow, cqes, flags, resv1; u64 user_addr
 * struct io_uring_sqe:    u8 opcode, flags; u16 ioprio; s32 fd; u64 off, addr; u32 len, ..; u64 user_data at 32
 * </pre>
 */
public final class IoUring {
    /** What /proc/PID/fd/N leads to, and the path of its mappings. */
    public static final String LINK = "anon_inode:[io_uring]";

    public static final int IORING_SETUP_CQSIZE = 1 << 3;
    public static final int IORING_SETUP_CLAMP = 1 << 4;
    public static final int IORING_SETUP_ATTACH_WQ = 1 << 5;
    public static final int IORING_SETUP_R_DISABLED = 1 << 6;
    public static final int IORING_SETUP_SUBMIT_ALL = 1 << 7;
    public static final int IORING_SETUP_COOP_TASKRUN = 1 << 8;
    public static final int IORING_SETUP_TASKRUN_FLAG = 1 << 9;
    public static final int IORING_SETUP_SQE128 = 1 << 10;
    public static final int IORING_SETUP_CQE32 = 1 << 11;
    public static final int IORING_SETUP_SINGLE_ISSUER = 1 << 12;
    public static final int IORING_SETUP_DEFER_TASKRUN = 1 << 13;
    public static final int IORING_SETUP_NO_MMAP = 1 << 14;
    public static final int IORING_SETUP_NO_SQARRAY = 1 << 16;

    /** By bit. */
    public static final List<String> SETUP_FLAGS = List.of(
            "IOPOLL",
            "SQPOLL",
            "SQ_AFF",
            "CQSIZE",
            "CLAMP",
            "ATTACH_WQ",
            "R_DISABLED",
            "SUBMIT_ALL",
            "COOP_TASKRUN",
            "TASKRUN_FLAG",
            "SQE128",
            "CQE32",
            "SINGLE_ISSUER",
            "DEFER_TASKRUN",
            "NO_MMAP",
            "REGISTERED_FD_ONLY",
            "NO_SQARRAY",
            "HYBRID_IOPOLL",
            "CQE_MIXED");

    public static final long IORING_OFF_SQ_RING = 0;
    public static final long IORING_OFF_CQ_RING = 0x8000000;
    public static final long IORING_OFF_SQES = 0x10000000;

    public static final int PARAMS_SIZE = 120;
    public static final int PARAMS_CQ_ENTRIES = 4;
    public static final int PARAMS_FLAGS = 8;
    public static final int PARAMS_SQ_HEAD = 40;
    public static final int PARAMS_SQ_TAIL = 44;
    public static final int PARAMS_SQ_ARRAY = 64;
    public static final int PARAMS_CQ_HEAD = 80;
    public static final int PARAMS_CQ_TAIL = 84;
    public static final int PARAMS_CQES = 100;

    public static final int SQE_SIZE = 64;
    public static final int SQE_FLAGS = 1;
    public static final int IOSQE_CQE_SKIP_SUCCESS = 1 << 6;
    public static final int IORING_OP_MSG_RING = 40;
    public static final int IORING_ENTER_GETEVENTS = 1;

    public static final int IORING_REGISTER_BUFFERS = 0;
    public static final int IORING_REGISTER_EVENTFD = 4;
    public static final int IORING_REGISTER_EVENTFD_ASYNC = 7;
    public static final int IORING_REGISTER_ENABLE_RINGS = 12;
    public static final int IORING_REGISTER_FILES2 = 13;
    public static final int IORING_REGISTER_BUFFERS2 = 15;
    public static final int IORING_REGISTER_RING_FDS = 20;
    public static final int IORING_REGISTER_CLOCK = 29;

    private IoUring() {}
}
