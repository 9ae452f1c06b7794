package dev.reprise.image.state;

/** By what a System V IPC object is known, and to whom: key (0 for a private one), id, permissions, owner. */
public record IpcIdentity(int key, int id, int mode, Ownership owner) {}
