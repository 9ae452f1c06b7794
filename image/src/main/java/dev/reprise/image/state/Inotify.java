package dev.reprise.image.state;

import java.util.List;

/** An inotify_init(2) instance. */
public record Inotify(ObjectId id, int flags, FileOwner owner, List<InotifyWatch> watches) implements OpenFile {
    public Inotify {
        watches = List.copyOf(watches);
    }
}
