package dev.reprise.engine.model;

import java.nio.file.Path;

/** Which processes to checkpoint together. */
public sealed interface Target {
    /** A process and everything below it. */
    record Tree(int pid) implements Target {}

    /** One process alone, though it may have children. */
    record Only(int pid) implements Target {}

    /** All processes of a control group and of those below it; its directory. */
    record Cgroup(Path directory) implements Target {}

    /** All processes of the pid namespace that a process lives in, and of those below it. */
    record PidNamespaceOf(int pid) implements Target {}

    /** How the user knows it. */
    default String text() {
        return switch (this) {
            case Tree tree -> "process " + tree.pid();
            case Only only -> "process " + only.pid();
            case Cgroup group -> "control group " + group.directory();
            case PidNamespaceOf namespace -> "pid namespace of process " + namespace.pid();
        };
    }
}
