package dev.reprise.image.state;

/**
 * Root, working directory and umask (CLONE_FS). Paths: a char is a byte (ISO 8859-1); the root as seen by the
 * checkpointing tool.
 */
public record FsContext(ObjectId id, String root, FileIdentity workingDirectory, int umask) implements SharedObject {
    /** With a working directory of which only the name counts. */
    public FsContext(ObjectId id, String root, String workingDirectory, int umask) {
        this(id, root, new FileIdentity(workingDirectory, 0, 0, 0, 0, 0, ""), umask);
    }
}
