package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.PosixQueue;
import dev.reprise.kernel.FileSystem;
import dev.reprise.kernel.KernelException;

/**
 * POSIX message queues. They belong to the system, like files; a message can be read in no way that leaves it there, so an
 * unlinked queue must be empty.
 */
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
        if (d.isDeleted() && status.messages() > 0) {
            look.refuseForNow(
                    d,
                    "messages in an unlinked message queue",
                    "the kernel gives them out once",
                    "try again when the program has read them");
        }
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
        return new PosixQueue(
                id,
                d.info().statusFlags(),
                take.owner(d),
                d.identity(),
                status.maxMessages(),
                status.messageSize(),
                status.messages() == 0);
    }
}
