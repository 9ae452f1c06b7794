package dev.reprise.engine.capture;

import dev.reprise.engine.tracee.ForestTakeover;
import dev.reprise.image.state.IpcNamespace;
import dev.reprise.image.state.NamedQueue;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
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

    IpcNamespaceCapture(ForestTakeover takeover, ObjectTable objects) {
        this.takeover = takeover;
        this.objects = objects;
    }

    /** Adds their records, known by the namespaces' names: before all objects that are in them. */
    void take() throws KernelException {
        for (IpcResidence residence : takeover.residences().foreign()) {
            try (IpcResidence.Stay _ = residence.enter()) {
                ObjectId id = objects.register(residence.name());
                objects.add(new IpcNamespace(id, IpcSettings.here(), queues()));
            }
        }
    }

    private static List<NamedQueue> queues() throws KernelException {
        List<NamedQueue> queues = new ArrayList<>();
        try (PosixQueueDirectory directory = PosixQueueDirectory.here()) {
            if (directory != null) {
                for (String name : directory.names()) {
                    queues.add(queue(directory, name));
                }
            }
        }
        return queues;
    }

    private static NamedQueue queue(PosixQueueDirectory directory, String name) throws KernelException {
        try (Fd queue = directory.open(name)) {
            FileStatus status = FileStatus.of(queue);
            PosixQueueStatus sizes = PosixQueueStatus.of(queue, name);
            return new NamedQueue(
                    name,
                    status.mode() & PERMISSIONS,
                    new Ownership(status.uid(), status.gid()),
                    sizes.maxMessages(),
                    sizes.messageSize());
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
