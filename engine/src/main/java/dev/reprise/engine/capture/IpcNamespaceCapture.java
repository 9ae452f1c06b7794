package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.tracee.ForestTakeover;
import dev.reprise.image.state.IpcNamespace;
import dev.reprise.image.state.NamedQueue;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.QueuedMessage;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.IpcResidence;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.SysvIpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The IPC namespaces of a frozen set that are not the tool's: they end with their processes, so that everything in them is the
 * program's. {@link IpcNamespaceLook} has said that all of it can be saved.
 */
final class IpcNamespaceCapture {
    private static final int PERMISSIONS = 07777;

    private final ForestTakeover takeover;
    private final ObjectTable objects;
    private final ChangeGuard guard;

    IpcNamespaceCapture(ForestTakeover takeover, ObjectTable objects, ChangeGuard guard) {
        this.takeover = takeover;
        this.objects = objects;
        this.guard = guard;
    }

    /** Adds their records, known by the namespaces' names: before all objects that are in them. */
    void take() throws KernelException, CannotCapture {
        for (IpcResidence residence : takeover.residences().foreign()) {
            try (IpcResidence.Stay _ = residence.enter()) {
                ObjectId id = objects.register(residence.name());
                objects.add(new IpcNamespace(id, IpcSettings.here(), queues(guard.anyIn(residence))));
            }
        }
    }

    // The process asks that is there already.
    private List<NamedQueue> queues(int pid) throws KernelException, CannotCapture {
        List<NamedQueue> queues = new ArrayList<>();
        try (PosixQueueDirectory directory = PosixQueueDirectory.here()) {
            if (directory != null) {
                for (String name : directory.names()) {
                    queues.add(queue(directory, name, pid));
                }
            }
        }
        return queues;
    }

    private NamedQueue queue(PosixQueueDirectory directory, String name, int pid)
            throws KernelException, CannotCapture {
        try (Fd queue = directory.open(name)) {
            FileStatus status = FileStatus.of(queue);
            PosixQueueStatus sizes = PosixQueueStatus.of(queue, name);
            List<QueuedMessage> messages = QueuedMessages.ofNamed(guard, pid, name, sizes);
            if (messages == null) {
                throw new CannotCapture(List.of(new Refusal(
                                "messages in a POSIX message queue",
                                "/" + name,
                                "the kernel gives them out once, they cannot be sent again, and the queue ends with its namespace",
                                "try again when the program has read them")
                        .thatPasses()));
            }
            return new NamedQueue(
                    name,
                    status.mode() & PERMISSIONS,
                    new Ownership(status.uid(), status.gid()),
                    sizes.maxMessages(),
                    sizes.messageSize(),
                    messages);
        }
    }

    /** Adds what is in them and has not come by a mapping: segments that nobody has attached, semaphores, message queues. */
    void takeObjects(AddressSpaces spaces) throws KernelException, CannotCapture {
        for (IpcResidence residence : takeover.residences().foreign()) {
            Set<Integer> ours = takeover.segments(residence);
            try (IpcResidence.Stay _ = residence.enter()) {
                for (SysvIpc.Entry segment : SysvIpc.shm()) {
                    if (segment.number("nattch") == 0 && !ours.contains(segment.number("shmid"))) {
                        spaces.takeUnattached(segment, residence.name(), objects);
                    }
                }
                IpcCapture.takeAll(objects, objects.find(residence.name()));
            }
        }
    }
}
