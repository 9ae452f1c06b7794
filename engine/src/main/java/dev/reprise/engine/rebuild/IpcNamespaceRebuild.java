package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchmod;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mq_open;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prlimit64;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_unshare;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.IpcNamespace;
import dev.reprise.image.state.NamedQueue;
import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Resource;

/**
 * An IPC namespace with all that is in it, made by the first that is in it before its threads and children are born: unshare(2) is
 * for a thread alone, and they inherit it.
 */
final class IpcNamespaceRebuild {
    private final ProgramBuilder p;
    private final IpcNamespace namespace;
    private final IpcRebuild objects;
    private final IpcSettingsRebuild settings;

    IpcNamespaceRebuild(ProgramBuilder p, Image image, ObjectId namespace) {
        this.p = p;
        this.namespace = image.object(namespace, IpcNamespace.class);
        objects = new IpcRebuild(p, image, namespace);
        settings = new IpcSettingsRebuild(p, this.namespace, IpcNeeds.of(image, this.namespace));
    }

    /** Adds: the namespace, which takes CAP_SYS_ADMIN, and its objects. */
    void create() {
        p.call(SYS_unshare, CloneArgs.CLONE_NEWIPC).about("an ipc namespace");
        settings.raise();
        objects.create();
        if (!namespace.queues().isEmpty()) {
            // It counts for all queues of a user, of which they were not all made by this process; it gets its own
            // again.
            long unlimited = Resource.RLIM_INFINITY;
            p.attempt(
                    SYS_prlimit64,
                    Arg.of(0),
                    Arg.of(Resource.RLIMIT_MSGQUEUE),
                    p.longs(unlimited, unlimited),
                    Arg.of(0));
        }
        for (NamedQueue queue : namespace.queues()) {
            queue(queue);
        }
    }

    private void queue(NamedQueue queue) {
        Slot name = p.string(queue.name());
        Step made = p.call(
                        SYS_mq_open,
                        name,
                        Arg.of(Fcntl.O_RDONLY | Fcntl.O_CREAT | Fcntl.O_EXCL | Fcntl.O_CLOEXEC),
                        Arg.of(queue.mode()),
                        p.longs(0, queue.maxMessages(), queue.messageSize(), 0, 0, 0, 0, 0))
                .about("message queue " + queue.name());
        p.call(
                        SYS_fchown,
                        made,
                        Arg.of(Integer.toUnsignedLong(queue.owner().uid())),
                        Arg.of(Integer.toUnsignedLong(queue.owner().gid())))
                .about("message queue " + queue.name());
        p.call(SYS_fchmod, made, Arg.of(queue.mode())).about("message queue " + queue.name());
        p.call(SYS_close, made);
        PosixQueueRebuild.fill(p, name, queue.messages());
    }

    /** Adds, when everybody has attached and nobody of us has: the limits as they were. */
    void settle() {
        settings.settle();
    }

    /** Adds, likewise: segments that go with their last attachment do so from here on. */
    void finish() {
        objects.finish();
    }
}
