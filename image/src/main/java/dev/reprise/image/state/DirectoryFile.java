package dev.reprise.image.state;

/** A directory, with the position of readdir(3). */
public record DirectoryFile(ObjectId id, int flags, FileOwner owner, FileIdentity file, long offset)
        implements OpenFile {}
