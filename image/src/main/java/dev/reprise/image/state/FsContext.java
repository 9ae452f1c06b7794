package dev.reprise.image.state;

/** Root, working directory and umask (CLONE_FS). Paths: a char is a byte (ISO 8859-1); the root as seen by the checkpointing tool. */
public record FsContext(ObjectId id, String root, String workingDirectory, int umask) implements SharedObject {}
