package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.PosixQueue;
import dev.reprise.image.state.QueueNotification;
import dev.reprise.image.state.QueuedMessage;
import dev.reprise.kernel.FileSystem;
import dev.reprise.kernel.KernelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** POSIX message queues. They belong to the system, like files; the image has them for a restore where they are gone. */
final class PosixQueueCapture implements OpenFileCapture {
    private static final int SIGEV_SIGNAL = 0;
    private static final int SIGEV_NONE = 1;
    private static final int EVENT = 16;

    @Override
    public boolean recognizes(LiveDescriptor d) {
        try {
            return d.link().startsWith("/") && FileSystem.of(d.copy()) == FileSystem.MQUEUE_MAGIC;
        } catch (KernelException unknown) {
            return false;
        }
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        if (look.isHeldOutside(d) && d.isDeleted()) {
            look.refuseLink(
                    d,
                    "unlinked message queue shared with another process",
                    "another process has " + d.link() + " open, too",
                    "checkpoint the processes together, or close it");
        }
        if (!QueueNamespace.isThatOfItsHolders(d, look)) {
            look.refuse(
                    d,
                    "message queue of another ipc namespace",
                    "who has it open cannot open it by its name, which is another's there",
                    "close it");
        }
        PosixQueueStatus status = PosixQueueStatus.of(d.copy(), d.link());
        if (status.isWatched()) {
            lookAtWatcher(d, status, look);
        }
    }

    private static void lookAtWatcher(LiveDescriptor d, PosixQueueStatus status, DescriptorLook look) {
        Optional<QueueNotification> notification = notification(d, status, look);
        if (notification.isEmpty()) {
            look.refuse(
                    d,
                    "notification of a message queue (mq_notify)",
                    "what it brings: " + look.kernel().whyNot(),
                    "take the registration back");
        } else if (notification.get().how() != SIGEV_SIGNAL
                && notification.get().how() != SIGEV_NONE) {
            look.refuse(
                    d,
                    "notification of a message queue by a thread (SIGEV_THREAD)",
                    "the C library keeps a socket of its own for it",
                    "take the registration back");
        } else if (look.isInside(status.watcher()) && !look.holders(d).contains(status.watcher())) {
            look.refuse(
                    d,
                    "notification of a message queue (mq_notify)",
                    "the process that is told has closed the queue",
                    "take the registration back");
        }
    }

    // struct sigevent of struct mqueue_inode_info (ipc/mqueue.c): u64 value; s32 signal, how
    private static Optional<QueueNotification> notification(
            LiveDescriptor d, PosixQueueStatus status, DescriptorLook look) {
        return look.kernel().of(memory -> {
            long inode = memory.field(memory.file(d.copy()), "file", "f_inode");
            long queue = inode - memory.offset("mqueue_inode_info", "vfs_inode");
            ByteBuffer event = ByteBuffer.wrap(memory.read(queue + memory.offset("mqueue_inode_info", "notify"), EVENT))
                    .order(ByteOrder.LITTLE_ENDIAN);
            int how = event.getInt(12);
            // of any other kind the rest is that of whoever had this memory before (do_mq_notify)
            return how == SIGEV_SIGNAL
                    ? new QueueNotification(status.watcher(), how, event.getInt(8), event.getLong(0))
                    : new QueueNotification(status.watcher(), how, 0, 0);
        });
    }

    // One of a process outside is that process's business.
    private static QueueNotification notification(LiveDescriptor d, PosixQueueStatus status, DescriptorTake take) {
        if (!status.isWatched() || !take.look().isInside(status.watcher())) {
            return QueueNotification.NONE;
        }
        QueueNotification known =
                notification(d, status, take.look()).orElseThrow(() -> new IllegalStateException("was refused"));
        return new QueueNotification(
                FileOwners.id(known.pid(), take.level()), known.how(), known.signal(), known.value());
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        PosixQueueStatus status = PosixQueueStatus.of(d.copy(), d.link());
        // Somebody outside may receive one at any time.
        List<QueuedMessage> messages = take.look().isHeldOutside(d)
                ? List.of()
                : QueuedMessages.ofOpen(take.guard(), d.pid(), d.number(), status);
        if (messages == null && d.isDeleted()) {
            take.look()
                    .refuseForNow(
                            d,
                            "messages in an unlinked message queue",
                            "the kernel gives them out once, and they cannot be sent again",
                            "try again when the program has read them");
        }
        return new PosixQueue(
                id,
                d.info().statusFlags(),
                take.owner(d),
                d.identity(),
                status.maxMessages(),
                status.messageSize(),
                status.messages() == 0,
                messages == null ? List.of() : messages,
                notification(d, status, take));
    }
}
