package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_semctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_semop;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.tracee.Takeover;
import dev.reprise.image.state.SemaphoreUndo;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.SysvIpc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What would be added to System V semaphores if the process ended now. The kernel shows it to nobody.
 *
 * <p>It can be found out without changing anything: the process asks for a row of operations whose last one can never be
 * done at once (wait for 0 of a semaphore that has just been raised), so that none is done. Before that one stand pairs
 * that leave the value alone and move the sum to be undone; if that leaves its range, the answer is ERANGE instead of
 * EAGAIN (ipc/sem.c, perform_atomic_semop_slow).
 */
final class SemaphoreUndos {
    /** Values and sums are at most this, sums at least its negative less one. */
    private static final int RANGE = 32767;

    /** Small enough for a value that is not huge itself. */
    private static final int PORTION = 16000;

    private final Takeover takeover;

    private SemaphoreUndos(Takeover takeover) {
        this.takeover = takeover;
    }

    /** By the host of a taken-over process; nothing is asked where the machine has no semaphores. */
    static List<SemaphoreUndo> of(Takeover takeover) throws KernelException {
        List<SemaphoreUndo> undos = new ArrayList<>(0);
        SemaphoreUndos probe = new SemaphoreUndos(takeover);
        for (SysvIpc.Entry set : SysvIpc.sem()) {
            int id = set.number("semid");
            for (int number = 0; number < set.number("nsems"); number++) {
                int adjustment = probe.adjustment(id, number);
                if (adjustment != 0) {
                    undos.add(new SemaphoreUndo(id, number, adjustment));
                }
            }
        }
        return undos;
    }

    private int adjustment(int set, int number) throws KernelException {
        if (Door.call(SYS_semctl, set, number, SysvIpc.GETVAL, 0) > PORTION) {
            return 0; // no lock is like that
        }
        if (leavesRange(set, number, RANGE)) {
            return search(set, number, 1);
        }
        return leavesRange(set, number, -RANGE - 1) ? -search(set, number, -1) : 0;
    }

    // The smallest size for which sum + (range - size + 1) is still out of range is the sum itself.
    private int search(int set, int number, int sign) throws KernelException {
        int low = 1;
        int high = sign > 0 ? RANGE : RANGE + 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            int by = sign > 0 ? RANGE + 1 - middle : middle - RANGE - 2;
            if (leavesRange(set, number, by)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private boolean leavesRange(int set, int number, int by) throws KernelException {
        List<int[]> operations = new ArrayList<>();
        for (int left = Math.abs(by); left > 0; left -= PORTION) {
            int portion = Math.min(PORTION, left);
            // Taking is what is given back: it raises the sum.
            int given = by > 0 ? 0 : SysvIpc.SEM_UNDO;
            int taken = by > 0 ? SysvIpc.SEM_UNDO : 0;
            operations.add(new int[] {portion, given});
            operations.add(new int[] {-portion, taken});
        }
        operations.add(new int[] {1, 0});
        operations.add(new int[] {0, SysvIpc.IPC_NOWAIT});
        // struct sembuf { u16 sem_num; s16 sem_op; s16 sem_flg; }
        ByteBuffer buffer = ByteBuffer.allocate(6 * operations.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (int[] operation : operations) {
            buffer.putShort((short) number).putShort((short) operation[0]).putShort((short)
                    (operation[1] | SysvIpc.IPC_NOWAIT));
        }
        ProgramBuilder p = new ProgramBuilder();
        Slot list = p.bytes(buffer.array());
        Step asked = p.attempt(SYS_semop, Arg.of(set), list, Arg.of(operations.size()));
        p.end();
        return takeover.run(p.build()).result(asked) == -Errno.ERANGE.code();
    }
}
