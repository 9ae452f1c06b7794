package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_msgrcv;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_semctl;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.MessageQueue;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.SemaphoreSet;
import dev.reprise.image.state.SemaphoreUndo;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.SysvIpc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The System V semaphores and message queues that processes use: those that one of them was the last to operate on, or
 * that one has something to undo in.
 *
 * <p>They belong to the system, not to the processes; the image has them for a restore on a system that has not. In a
 * namespace of the processes' own all are theirs.
 */
final class IpcCapture {
    private static final int TYPE_SIZE = 8;

    private final Set<Integer> pids;
    private final ObjectTable objects;

    IpcCapture(Set<Integer> pids, ObjectTable objects) {
        this.pids = pids;
        this.objects = objects;
    }

    /** Adds those of the tool's own namespace to the table; {@code undos}: of the processes in it. */
    void take(List<SemaphoreUndo> undos) throws KernelException, CannotCapture {
        for (SysvIpc.Entry set : SysvIpc.sem()) {
            int id = set.number("semid");
            if (isOperatedOn(set) || undos.stream().anyMatch(undo -> undo.set() == id)) {
                objects.add(semaphores(objects.newId(), set, ObjectId.NONE));
            }
        }
        for (SysvIpc.Entry queue : SysvIpc.msg()) {
            if (pids.contains(queue.number("lspid")) || pids.contains(queue.number("lrpid"))) {
                objects.add(messages(objects.newId(), queue, ObjectId.NONE));
            }
        }
    }

    /** Adds all of the namespace in which this thread stays. */
    static void takeAll(ObjectTable objects, ObjectId namespace) throws KernelException, CannotCapture {
        for (SysvIpc.Entry set : SysvIpc.sem()) {
            objects.add(semaphores(objects.newId(), set, namespace));
        }
        for (SysvIpc.Entry queue : SysvIpc.msg()) {
            objects.add(messages(objects.newId(), queue, namespace));
        }
    }

    private static SemaphoreSet semaphores(ObjectId id, SysvIpc.Entry set, ObjectId namespace) throws KernelException {
        return new SemaphoreSet(id, SystemVMemory.identity(set, "semid", namespace), values(set));
    }

    private static MessageQueue messages(ObjectId id, SysvIpc.Entry queue, ObjectId namespace)
            throws KernelException, CannotCapture {
        return new MessageQueue(
                id,
                SystemVMemory.identity(queue, "msqid", namespace),
                MessageQueueLimit.of(queue.number("msqid")),
                messages(queue));
    }

    private boolean isOperatedOn(SysvIpc.Entry set) {
        for (int number = 0; number < set.number("nsems"); number++) {
            if (pids.contains((int) Door.call(SYS_semctl, set.number("semid"), number, SysvIpc.GETPID, 0))) {
                return true;
            }
        }
        return false;
    }

    private static List<Integer> values(SysvIpc.Entry set) throws KernelException {
        int count = set.number("nsems");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment array = arena.allocate(JAVA_SHORT, count);
            Door.require(
                    Door.call(SYS_semctl, set.number("semid"), 0, SysvIpc.GETALL, array.address()),
                    "semctl",
                    "set " + set.number("semid"));
            List<Integer> values = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                values.add(Short.toUnsignedInt(array.getAtIndex(JAVA_SHORT, i)));
            }
            return values;
        }
    }

    /**
     * All messages of a queue, which stay in it: MSG_COPY reads the n-th.
     *
     * @throws CannotCapture when one is longer than the kernel copies now (ipc/msgutil.c, copy_msg)
     */
    static List<MessageQueue.Message> messages(SysvIpc.Entry queue) throws KernelException, CannotCapture {
        List<MessageQueue.Message> messages = new ArrayList<>();
        long room = queue.field("cbytes");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(TYPE_SIZE + room, TYPE_SIZE);
            while (true) {
                long length = Door.call(
                        SYS_msgrcv,
                        queue.number("msqid"),
                        buffer.address(),
                        room,
                        messages.size(),
                        SysvIpc.IPC_NOWAIT | SysvIpc.MSG_COPY);
                if (length == -Errno.ENOMSG.code()) {
                    return messages;
                }
                if (length == -Errno.EINVAL.code()) {
                    throw new CannotCapture(List.of(new Refusal(
                            "System V message",
                            "queue " + queue.number("msqid"),
                            "it is longer than kernel.msgmax is now, and so can only be taken away",
                            "raise kernel.msgmax")));
                }
                Door.require(length, "msgrcv", "queue " + queue.number("msqid"));
                messages.add(new MessageQueue.Message(
                        buffer.get(JAVA_LONG, 0), Bytes.of(Native.copy(buffer.asSlice(TYPE_SIZE), length))));
            }
        }
    }
}
