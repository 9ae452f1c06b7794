package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_msgctl;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.SysvIpc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** How many bytes a message queue takes: the one thing that /proc/sysvipc/msg does not tell. */
final class MessageQueueLimit {
    /** sizeof(struct msqid64_ds), and where msg_qbytes stands in it (asm-generic/msgbuf.h). */
    private static final int SIZE = 120;

    private static final int MAX_BYTES = 88;

    private MessageQueueLimit() {}

    static long of(int queue) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(SIZE, 8);
            Door.require(Door.call(SYS_msgctl, queue, SysvIpc.IPC_STAT, status.address()), "msgctl", "queue " + queue);
            return status.get(JAVA_LONG, MAX_BYTES);
        }
    }
}
