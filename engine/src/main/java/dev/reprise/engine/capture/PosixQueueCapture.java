package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.PosixQueue;
import dev.reprise.image.state.QueuedMessage;
import dev.reprise.kernel.FileSystem;
import dev.reprise.kernel.KernelException;
import java.util.List;

/** POSIX message queues. They belong to the system, like files; the image has them for a restore where they are gone. */
final class PosixQueueCapture implements OpenFileCapture {
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
            look.refuse(
                    d,
                    "notification of a message queue (mq_notify)",
                    "the kernel does not show what it brings",
                    "take the registration back");
        }
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
                messages == null ? List.of() : messages);
    }
}
