package dev.reprise.engine.tracee;

import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.RemoteAddress;

/** Runs syscall programs inside one process. */
public interface ProgramRunner {
    /** Runs a program to its end; results are valid until the next run. A step that stopped it is thrown. */
    ProgramResults run(Program program) throws KernelException;

    /**
     * Where a program stores (8 bytes) the descriptor it has opened, and -1 when it has closed it: the way home closes
     * what stands there.
     */
    RemoteAddress descriptorWord();
}
