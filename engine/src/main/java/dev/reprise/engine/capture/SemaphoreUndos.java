package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_semctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_semop;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
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

    /** So many fit into one program. */
    private static final int AT_ONCE = 1000;

    /** So many fit into a program that asks for other things, too. */
    private static final int AT_FIRST = 256;

    /** One of a set. */
    record Semaphore(int set, int number) {}

    /** The sums of one sign: above or below zero. */
    private record Asked(Semaphore semaphore, int sign, Step step) {}

    private final Takeover takeover;

    private SemaphoreUndos(Takeover takeover) {
        this.takeover = takeover;
    }

    /** The question for the first of all semaphores, in the program of the host with everything else: most processes have no undos. */
    static final class Probe {
        private final List<Semaphore> all;
        private final List<Asked> asked;

        Probe(ProgramBuilder p, List<Semaphore> all) {
            this.all = all;
            asked = askFor(p, all.subList(0, Math.min(all.size(), AT_FIRST)));
        }

        /** What is to be found out by further questions. */
        Found read(ProgramResults results) {
            return new Found(
                    asked.stream()
                            .filter(one -> leavesRange(results, one.step()))
                            .toList(),
                    all.subList(Math.min(all.size(), AT_FIRST), all.size()));
        }
    }

    /** Semaphores that have a sum, and those that nobody has asked for yet. */
    static final class Found {
        private final List<Asked> some;
        private final List<Semaphore> left;

        private Found(List<Asked> some, List<Semaphore> left) {
            this.some = some;
            this.left = left;
        }
    }

    /** The undos, by the host of a taken-over process. */
    static List<SemaphoreUndo> of(Takeover takeover, Found found) throws KernelException {
        SemaphoreUndos probe = new SemaphoreUndos(takeover);
        List<Asked> some = new ArrayList<>(found.some);
        for (int from = 0; from < found.left.size(); from += AT_ONCE) {
            some.addAll(probe.askAll(found.left.subList(from, Math.min(found.left.size(), from + AT_ONCE))));
        }
        List<SemaphoreUndo> undos = new ArrayList<>(0);
        for (Asked one : some) {
            int set = one.semaphore().set();
            int number = one.semaphore().number();
            undos.add(new SemaphoreUndo(set, number, probe.search(set, number, one.sign()) * one.sign()));
        }
        return undos;
    }

    /** All semaphores of the IPC namespace in which this thread is. */
    static List<Semaphore> semaphores() throws KernelException {
        List<Semaphore> semaphores = new ArrayList<>(0);
        for (SysvIpc.Entry set : SysvIpc.sem()) {
            int id = set.number("semid");
            for (int number = 0; number < set.number("nsems"); number++) {
                // no lock has a larger value
                if (Door.call(SYS_semctl, id, number, SysvIpc.GETVAL, 0) <= PORTION) {
                    semaphores.add(new Semaphore(id, number));
                }
            }
        }
        return semaphores;
    }

    private List<Asked> askAll(List<Semaphore> semaphores) throws KernelException {
        ProgramBuilder p = new ProgramBuilder();
        List<Asked> asked = askFor(p, semaphores);
        p.end();
        ProgramResults results = takeover.run(p.build());
        asked.removeIf(one -> !leavesRange(results, one.step()));
        return asked;
    }

    private static List<Asked> askFor(ProgramBuilder p, List<Semaphore> semaphores) {
        List<Asked> asked = new ArrayList<>(2 * semaphores.size());
        for (Semaphore one : semaphores) {
            asked.add(new Asked(one, 1, ask(p, one.set(), one.number(), RANGE)));
            asked.add(new Asked(one, -1, ask(p, one.set(), one.number(), -RANGE - 1)));
        }
        return asked;
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
        ProgramBuilder p = new ProgramBuilder();
        Step asked = ask(p, set, number, by);
        p.end();
        return leavesRange(takeover.run(p.build()), asked);
    }

    private static boolean leavesRange(ProgramResults results, Step asked) {
        return results.result(asked) == -Errno.ERANGE.code();
    }

    private static Step ask(ProgramBuilder p, int set, int number, int by) {
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
        return p.attempt(SYS_semop, Arg.of(set), p.bytes(buffer.array()), Arg.of(operations.size()));
    }
}
