package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_msgctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_msgget;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_msgsnd;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_semctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_semget;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_semop;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmget;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.IpcIdentity;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.MessageQueue;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SemaphoreSet;
import dev.reprise.image.state.SemaphoreUndo;
import dev.reprise.image.state.SharedMemorySegment;
import dev.reprise.image.state.SharedObject;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.SysvIpc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * System V IPC objects under their own ids and keys. They outlive processes: those that are still there are taken as they
 * are, like files; those that are gone are made again ({@link IpcChecks} has looked for others in their place).
 */
final class IpcRebuild {
    private static final int STATUS = 128;
    // struct ipc64_perm: s32 key; u32 uid, gid, cuid, cgid, mode; ...
    private static final int UID = 4;
    private static final int GID = 8;
    private static final int MODE = 20;
    /** msg_qbytes of struct msqid64_ds. */
    private static final int MAX_BYTES = 88;

    private final ProgramBuilder p;
    private final Image image;
    private final ObjectId namespace;

    /** Those of one IPC namespace; none: that in which the restore itself is. */
    IpcRebuild(ProgramBuilder p, Image image, ObjectId namespace) {
        this.p = p;
        this.image = image;
        this.namespace = namespace;
    }

    /** Adds the making of all objects. */
    void create() {
        for (SharedObject object : image.objects()) {
            if (object instanceof SharedMemorySegment segment && isHere(segment.identity())) {
                segment(segment);
            } else if (object instanceof SemaphoreSet set && isHere(set.identity())) {
                semaphores(set);
            } else if (object instanceof MessageQueue queue && isHere(queue.identity())) {
                queue(queue);
            }
        }
    }

    private boolean isHere(IpcIdentity identity) {
        return identity.namespace().equals(namespace);
    }

    /** Adds what a process does to its semaphores once more, so that it is undone at its end; in its own namespace. */
    static void undos(ProgramBuilder p, ProcessState process) {
        for (SemaphoreUndo undo : process.modes().undos()) {
            Slot operation = p.bytes(ByteBuffer.allocate(6)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putShort(0, (short) undo.number())
                    .putShort(2, (short) -undo.adjustment())
                    .putShort(4, (short) (SysvIpc.SEM_UNDO | SysvIpc.IPC_NOWAIT))
                    .array());
            p.call(SYS_semop, Arg.of(undo.set()), operation, Arg.of(1))
                    .about("semaphore " + undo.number() + " of set " + undo.set());
        }
    }

    /** Adds: segments that go with their last attachment do so from here on. */
    void finish() {
        for (SharedObject object : image.objects()) {
            if (object instanceof SharedMemorySegment segment && isHere(segment.identity()) && segment.removed()) {
                p.call(SYS_shmctl, segment.identity().id(), SysvIpc.IPC_RMID, 0);
            }
        }
    }

    private void segment(SharedMemorySegment segment) {
        IpcIdentity identity = segment.identity();
        MemoryObject memory = image.object(segment.memory(), MemoryObject.class);
        long size = segment.sizeOr(memory.size());
        int huge = memory.kind() == MemoryObject.Kind.HUGE_SYSTEM_V ? SysvIpc.SHM_HUGETLB : 0;
        Label there = p.label();
        Slot status = p.space(STATUS);
        unlessThere(SYS_shmctl, new Arg[] {Arg.of(identity.id()), Arg.of(SysvIpc.IPC_STAT), status}, there);
        nextId("shm", identity.id());
        expect(identity, SYS_shmget, Arg.of(identity.key()), Arg.of(size), Arg.of(flags(identity) | huge));
        p.call(SYS_shmctl, Arg.of(identity.id()), Arg.of(SysvIpc.IPC_STAT), status);
        own(status, identity);
        p.call(SYS_shmctl, Arg.of(identity.id()), Arg.of(SysvIpc.IPC_SET), status);
        if (segment.locked()) {
            p.call(SYS_shmctl, identity.id(), SysvIpc.SHM_LOCK, 0).about("locked System V shared memory");
        }
        p.place(there);
    }

    private void semaphores(SemaphoreSet set) {
        IpcIdentity identity = set.identity();
        Label there = p.label();
        Slot status = p.space(STATUS);
        Arg[] stat = {Arg.of(identity.id()), Arg.of(0), Arg.of(SysvIpc.IPC_STAT), status};
        unlessThere(SYS_semctl, stat, there);
        nextId("sem", identity.id());
        int count = set.values().size();
        expect(identity, SYS_semget, Arg.of(identity.key()), Arg.of(count), Arg.of(flags(identity)));
        // As they were without those operations that undos() does again.
        ByteBuffer values = ByteBuffer.allocate(Short.BYTES * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            values.putShort((short) (set.values().get(i) + adjustments(identity.id(), i)));
        }
        p.call(SYS_semctl, Arg.of(identity.id()), Arg.of(0), Arg.of(SysvIpc.SETALL), p.bytes(values.array()));
        p.call(SYS_semctl, stat);
        own(status, identity);
        p.call(SYS_semctl, Arg.of(identity.id()), Arg.of(0), Arg.of(SysvIpc.IPC_SET), status);
        p.place(there);
    }

    private int adjustments(int set, int number) {
        int sum = 0;
        for (ProcessState process : image.processes()) {
            boolean isHere = process.modes().ipcNamespace().equals(namespace);
            for (SemaphoreUndo undo : isHere ? process.modes().undos() : List.<SemaphoreUndo>of()) {
                sum += undo.set() == set && undo.number() == number ? undo.adjustment() : 0;
            }
        }
        return sum;
    }

    private void queue(MessageQueue queue) {
        IpcIdentity identity = queue.identity();
        Label there = p.label();
        Slot status = p.space(STATUS);
        Arg[] stat = {Arg.of(identity.id()), Arg.of(SysvIpc.IPC_STAT), status};
        unlessThere(SYS_msgctl, stat, there);
        nextId("msg", identity.id());
        expect(identity, SYS_msgget, Arg.of(identity.key()), Arg.of(flags(identity)));
        p.call(SYS_msgctl, stat);
        own(status, identity);
        p.store8(status.plus(MAX_BYTES), Arg.of(queue.maxBytes()));
        p.call(SYS_msgctl, Arg.of(identity.id()), Arg.of(SysvIpc.IPC_SET), status)
                .about("size of message queue " + identity.id());
        for (MessageQueue.Message message : queue.messages()) {
            Bytes content = message.content();
            Slot buffer = p.bytes(ByteBuffer.allocate(Long.BYTES + content.length())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(message.type())
                    .put(content.toArray())
                    .array());
            p.call(SYS_msgsnd, Arg.of(identity.id()), buffer, Arg.of(content.length()), Arg.of(SysvIpc.IPC_NOWAIT))
                    .about("a message of queue " + identity.id());
        }
        p.place(there);
    }

    private void unlessThere(int call, Arg[] arguments, Label there) {
        p.jumpIfEqual(p.attempt(call, arguments), Arg.of(0), there);
    }

    private static int flags(IpcIdentity identity) {
        return SysvIpc.IPC_CREAT | SysvIpc.IPC_EXCL | identity.mode();
    }

    private void expect(IpcIdentity identity, int call, Arg... arguments) {
        p.expect(identity.id(), call, arguments).about("System V id " + identity.id());
    }

    // Without CAP_CHECKPOINT_RESTORE the id is a matter of luck, and asked for nevertheless.
    private void nextId(String kind, int id) {
        byte[] text = Integer.toString(id).getBytes(StandardCharsets.ISO_8859_1);
        Step file = p.attempt(
                SYS_openat,
                Arg.of(Fd.AT_FDCWD),
                p.string("/proc/sys/kernel/" + kind + "_next_id"),
                Arg.of(Fcntl.O_WRONLY | Fcntl.O_CLOEXEC),
                Arg.of(0));
        p.attempt(SYS_write, file, p.bytes(text), Arg.of(text.length));
        p.attempt(SYS_close, file);
    }

    private void own(Slot status, IpcIdentity identity) {
        p.store4(
                status.plus(UID), Arg.of(Integer.toUnsignedLong(identity.owner().uid())));
        p.store4(
                status.plus(GID), Arg.of(Integer.toUnsignedLong(identity.owner().gid())));
        p.store4(status.plus(MODE), Arg.of(identity.mode()));
    }
}
