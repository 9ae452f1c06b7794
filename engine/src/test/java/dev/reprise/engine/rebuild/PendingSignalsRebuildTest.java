package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigtimedwait;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ChildRun;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Signal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Signals queued by a program carry their siginfo, in order, whoever sent them. */
class PendingSignalsRebuildTest {
    private static final int SI_USER = 0;
    private static final int SI_KERNEL = 0x80;
    private static final int SI_QUEUE = -1;
    private static final int SI_TIMER = -2;
    private static final int SI_TKILL = -6;
    private static final int CLD_STOPPED = 5;
    private static final int SEGV_MAPERR = 1;

    @Test
    void everyOriginOfASignalComesBack() throws KernelException {
        List<PendingSignal> signals = List.of(
                siginfo(11, SEGV_MAPERR, 0x1234, 5),
                siginfo(10, SI_USER, 4711 | 1000L << 32, 0),
                siginfo(12, SI_TKILL, 4711 | 1000L << 32, 0),
                siginfo(14, SI_KERNEL, 0, 0),
                siginfo(17, CLD_STOPPED, 4711 | 1000L << 32, 19),
                siginfo(34, SI_QUEUE, 4711, 0xabcdef0123L),
                siginfo(34, SI_TIMER, 3 | 9L << 32, 77),
                siginfo(34, SI_QUEUE, 4711, 2),
                siginfo(64, SI_QUEUE, 4711, 1));
        assertThat(received(signals, false)).containsExactlyElementsOf(signals);
        assertThat(received(signals, true)).containsExactlyElementsOf(signals);
    }

    private static PendingSignal siginfo(int signal, int code, long first, long second) {
        return new PendingSignal(Bytes.of(ByteBuffer.allocate(PendingSignal.SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(signal)
                .putInt(0)
                .putInt(code)
                .putInt(0)
                .putLong(first)
                .putLong(second)
                .array()));
    }

    private static List<PendingSignal> received(List<PendingSignal> signals, boolean shared) throws KernelException {
        List<Slot> infos = new ArrayList<>();
        List<PendingSignal> received = new ArrayList<>();
        try (ChildRun child = new ChildRun(p -> {
            if (shared) {
                PendingSignalsRebuild.shared(p, ownPid(p), signals);
            } else {
                PendingSignalsRebuild.own(p, ownPid(p), ownPid(p), signals);
            }
            Slot all = p.longs(-1);
            Slot noWait = p.longs(0, 0);
            for (int i = 0; i < signals.size(); i++) {
                Slot info = p.space(PendingSignal.SIZE);
                infos.add(info);
                p.call(SYS_rt_sigtimedwait, all, info, noWait, Arg.of(Signal.SIGSET_SIZE));
            }
        })) {
            for (Slot info : infos) {
                received.add(new PendingSignal(Bytes.of(child.slot(info).toArray(JAVA_BYTE))));
            }
        }
        return received;
    }

    private static Arg ownPid(ProgramBuilder p) {
        return p.call(SYS_getpid);
    }
}
