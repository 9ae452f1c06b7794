package dev.reprise.image.state;

/**
 * A mark of a fanotify group.
 *
 * @param fileSystem whether the whole file system of the path is marked, not the inode that it leads to
 * @param flags FAN_MARK_EVICTABLE, FAN_MARK_IGNORE, FAN_MARK_IGNORED_SURV_MODIFY
 * @param mask the events that are told, FAN_*
 * @param ignored the events that are not, FAN_*
 */
public record FanotifyMark(boolean fileSystem, String path, int flags, int mask, int ignored) {}
