package dev.reprise.engine.rebuild;

import dev.reprise.image.state.Image;
import dev.reprise.image.state.ProcFile;
import dev.reprise.image.state.ProcessFd;
import dev.reprise.image.state.SharedObject;

/**
 * Open files that stand for tasks: they can only be made when all tasks are there, when everybody has forked. So whoever has
 * one makes his own; that two processes had one description, nobody can tell from what it does.
 */
final class LateFiles {
    private LateFiles() {}

    /** Whether a file is one; the root is there before everybody. */
    static boolean isOne(SharedObject file, Image image) {
        return file instanceof ProcFile
                || file instanceof ProcessFd process
                        && process.pid() != 0
                        && process.pid() != image.processes().getFirst().pid();
    }
}
