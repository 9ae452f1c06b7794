package dev.reprise.image.state;

/** A watch of an inotify instance: its watch descriptor, the watched path, IN_* mask; {@code file}: the open file to watch that has no path any more. */
public record InotifyWatch(int descriptor, String path, int mask, ObjectId file) {
    /** A watch of what has a path. */
    public InotifyWatch(int descriptor, String path, int mask) {
        this(descriptor, path, mask, ObjectId.NONE);
    }
}
