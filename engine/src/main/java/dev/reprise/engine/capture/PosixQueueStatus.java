package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mq_getsetattr;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** How large an open POSIX message queue is, how many messages are in it, and who is told of the next (mq_notify; an id as we see it, 0: nobody). */
record PosixQueueStatus(long maxMessages, long messageSize, long messages, int watcher) {
    private static final int ATTRIBUTES = 64;
    private static final int TEXT = 128;
    private static final String WATCHER = "NOTIFY_PID:";

    /** {@code name}: for the user. */
    static PosixQueueStatus of(Fd queue, String name) throws KernelException {
        // struct mq_attr: s64 mq_flags, mq_maxmsg, mq_msgsize, mq_curmsgs, reserved[4].
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment words = arena.allocate(ATTRIBUTES, 8);
            Door.require(Door.call(SYS_mq_getsetattr, queue.number(), 0, words.address()), "mq_getsetattr", name);
            return new PosixQueueStatus(
                    words.get(JAVA_LONG, 8), words.get(JAVA_LONG, 16), words.get(JAVA_LONG, 24), watcher(queue));
        }
    }

    boolean isWatched() {
        return watcher != 0;
    }

    // QSIZE:129     NOTIFY:2    SIGNO:0    NOTIFY_PID:8260; one open for writing only does not say.
    private static int watcher(Fd queue) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(TEXT);
            long length = Door.call(SYS_pread64, queue.number(), bytes.address(), TEXT, 0);
            if (Door.isError(length)) {
                return 0;
            }
            String text = new String(Native.copy(bytes, length), StandardCharsets.ISO_8859_1);
            int at = text.indexOf(WATCHER);
            return at < 0
                    ? 0
                    : Integer.parseInt(text.substring(at + WATCHER.length()).strip());
        }
    }
}
