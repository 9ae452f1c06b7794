package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_semctl;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.List;

/**
 * System V semaphores whose operations are undone when a process ends (SEM_UNDO).
 *
 * <p>The kernel shows no undo list; a process is taken to have something in it when it was the last to operate on a
 * semaphore.
 */
final class SemaphoreUndoLook {
    private static final int GETPID = 11;
    private static final int IDENTIFIER = 1;
    private static final int COUNT = 3;

    private SemaphoreUndoLook() {}

    static List<Refusal> look(int pid) throws KernelException {
        String[] sets = Proc.text("/proc/sysvipc/sem").strip().split("\n", -1);
        for (int i = 1; i < sets.length; i++) {
            String[] words = sets[i].strip().split("\\s+", -1);
            int id = Integer.parseInt(words[IDENTIFIER]);
            for (int number = 0; number < Integer.parseInt(words[COUNT]); number++) {
                if (Door.call(SYS_semctl, id, number, GETPID, 0) == pid) {
                    return List.of(new Refusal(
                            "System V semaphores",
                            "semaphore set " + id,
                            "the process operates on it; what is to be undone at its end is not saved yet",
                            ""));
                }
            }
        }
        return List.of();
    }
}
