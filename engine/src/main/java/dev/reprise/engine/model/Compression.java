package dev.reprise.engine.model;

/** How an image's bytes are packed. */
public enum Compression {
    /** As they are: a program's own writes go straight into a file. */
    NONE,
    /** The lz4 frame format: fast. */
    LZ4,
    /** The zstd format, level 3: small. */
    ZSTD
}
