package dev.reprise.image.state;

/**
 * A mark of a fanotify group.
 *
 * @param path what is marked, or for a mount where it is mounted
 * @param flags FAN_MARK_EVICTABLE, FAN_MARK_IGNORE, FAN_MARK_IGNORED_SURV_MODIFY
 * @param mask the events that are told, FAN_*
 * @param ignored the events that are not, FAN_*
 */
public record FanotifyMark(Scope scope, String path, int flags, int mask, int ignored) {
    /** What is marked. */
    public enum Scope {
        /** The inode that the path leads to. */
        INODE,
        /** The whole file system of the path. */
        FILE_SYSTEM,
        /** The mount of the path: who comes to files by another way makes no events. */
        MOUNT
    }
}
