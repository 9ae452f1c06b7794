package dev.reprise.image.state;

/** A directory, with the position of readdir(3), and the events that its owner is signalled for (F_NOTIFY: DN_*; 0: none). */
public record DirectoryFile(ObjectId id, int flags, FileOwner owner, FileIdentity file, long offset, int notices)
        implements OpenFile {
    /** One that signals nobody. */
    public DirectoryFile(ObjectId id, int flags, FileOwner owner, FileIdentity file, long offset) {
        this(id, flags, owner, file, offset, 0);
    }
}
