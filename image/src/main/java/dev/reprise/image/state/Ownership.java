package dev.reprise.image.state;

/** Whom an inode without a path of its own belongs to (fchown(2)): what opening it again through /proc is checked against. */
public record Ownership(int uid, int gid) {
    /** The superuser's. */
    public static final Ownership ROOT = new Ownership(0, 0);
}
