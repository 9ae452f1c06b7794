package dev.reprise.engine.rebuild;

import dev.reprise.image.state.FileIdentity;

/** A file that a restore needs, and how like the saved one it has to be (CONTRACT.md, "Files at restore"). */
public record FileCheck(FileIdentity file, Rule rule, String user) {
    /** What must be equal. */
    public enum Rule {
        /** Code that is mapped: the build id, else size and modification time. */
        SAME_CODE,
        /** Read-only data: type and size. */
        SAME_SIZE,
        /** Data that is written: type, and at least the saved size. */
        NOT_SHORTER,
        /** Directories, devices, O_PATH: the type. */
        SAME_TYPE
    }
}
