package dev.reprise.kernel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is read of struct io_ring_ctx (io_uring/io_uring.c; include/linux/io_uring_types.h). */
enum IoUringField {
    FLAGS("flags"),
    SQ_ENTRIES("sq_entries"),
    CQ_ENTRIES("cq_entries"),
    SQ_POSITION("cached_sq_head"),
    CQ_POSITION("cached_cq_tail"),
    /** Those in the list of free ones included. */
    ALLOCATED("nr_req_allocated"),
    SUBMITTER("submitter_task"),
    CLOCK("clockid"),
    RINGS("rings"),
    ARRAY("sq_array"),
    RING_PAGES("ring_region.nr_pages"),
    ENTRY_PAGES("sq_region.nr_pages"),
    /** Work of its tasks that is to be done. */
    WORK("work_llist.first"),
    WORK_AGAIN("retry_llist.first"),
    /** A list's head: it leads to itself when nothing is in it. */
    OVERFLOW("cq_overflow_list.next"),
    COMPATIBLE("compat"),
    WORKER_LIMITS("iowq_limits_set"),
    EVENT("io_ev_fd"),
    EVENT_COUNTER("io_ev_fd", "cq_ev_fd", EVENT),
    EVENT_ASYNC("io_ev_fd", "eventfd_async", EVENT),
    FILES("file_table.data.nr"),
    FILE_NODES("file_table.data.nodes"),
    BUFFERS("buf_table.nr"),
    BUFFER_NODES("buf_table.nodes"),
    BUFFER_GROUPS("io_bl_xa.xa_head"),
    PERSONALITIES("personalities.xa_head"),
    RESTRICTED("restrictions.registered"),
    RECEIVERS("zcrx_ctxs.xa_head"),
    PARAMETERS("param_region.nr_pages"),
    /** 255: none. */
    NAPI("napi_track_mode");

    private static final List<IoUringField> ALL = List.of(values());

    private final String struct;
    private final String path;
    private final @Nullable IoUringField behind;

    IoUringField(String path) {
        this("io_ring_ctx", path, null);
    }

    IoUringField(String struct, String path, @Nullable IoUringField behind) {
        this.struct = struct;
        this.path = path;
        this.behind = behind;
    }

    /** Where it stands among all. */
    int slot() {
        return ALL.indexOf(this);
    }

    String struct() {
        return struct;
    }

    String path() {
        return path;
    }

    /** The pointer that leads to it, and may lead nowhere; null: it is in the context itself. */
    @Nullable
    IoUringField behind() {
        return behind;
    }
}
