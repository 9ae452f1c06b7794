package dev.reprise.image.state;

import java.util.List;

/** A fanotify_init(2) group: FAN_* flags of its making, O_* flags of the files that its events open. */
public record Fanotify(
        ObjectId id, int flags, FileOwner owner, int groupFlags, int eventFlags, List<FanotifyMark> marks)
        implements OpenFile {
    public Fanotify {
        marks = List.copyOf(marks);
    }
}
