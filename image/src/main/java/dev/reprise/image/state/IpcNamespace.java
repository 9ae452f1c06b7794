package dev.reprise.image.state;

import java.util.List;

/**
 * An IPC namespace that is not the checkpointing tool's: its limits and its POSIX message queues. System V objects refer to it
 * by their {@link IpcIdentity}; the image has all that are in it.
 */
public record IpcNamespace(ObjectId id, List<IpcSetting> settings, List<NamedQueue> queues) implements SharedObject {
    public IpcNamespace {
        settings = List.copyOf(settings);
        queues = List.copyOf(queues);
    }
}
