package dev.reprise.image.state;

/** A watch of an inotify instance: its watch descriptor, the watched path, IN_* mask. */
public record InotifyWatch(int descriptor, String path, int mask) {}
