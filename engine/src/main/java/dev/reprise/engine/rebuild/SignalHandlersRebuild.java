package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigaction;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.SignalAction;
import dev.reprise.image.state.SignalHandlers;
import dev.reprise.kernel.Signal;
import java.util.Set;

/**
 * Signal dispositions: all of them, since CLONE_CLEAR_SIGHAND leaves ignored signals ignored (kernel/signal.c,
 * flush_signal_handlers). Before pending signals are queued: ignoring one discards it.
 */
final class SignalHandlersRebuild {
    private static final long SIG_IGN = 1;

    private SignalHandlersRebuild() {}

    static void add(ProgramBuilder p, SignalHandlers handlers) {
        add(p, handlers, Set.of());
    }

    /** The same, but signals of {@code left} that are ignored stay so. */
    static void add(ProgramBuilder p, SignalHandlers handlers, Set<Integer> left) {
        long[] words = new long[Signal.SIGACTION_SIZE / Long.BYTES * (Signal.LAST + 1)];
        for (SignalAction action : handlers.actions()) {
            int at = Signal.SIGACTION_SIZE / Long.BYTES * action.signal();
            words[at] = action.handler();
            words[at + 1] = action.flags();
            words[at + 2] = action.restorer();
            words[at + 3] = action.mask();
        }
        var actions = p.longs(words);
        for (int signal = 1; signal <= Signal.LAST; signal++) {
            Label done = p.label();
            if (left.contains(signal)) {
                Slot old = p.space(Signal.SIGACTION_SIZE);
                p.call(SYS_rt_sigaction, Arg.of(signal), Arg.of(0), old, Arg.of(Signal.SIGSET_SIZE));
                p.jumpIfEqual(Arg.contentOf(old), Arg.of(SIG_IGN), done);
            }
            if (!Signal.isUncatchable(signal)) {
                p.call(
                                SYS_rt_sigaction,
                                Arg.of(signal),
                                actions.plus((long) Signal.SIGACTION_SIZE * signal),
                                Arg.of(0),
                                Arg.of(Signal.SIGSET_SIZE))
                        .about("signal " + signal);
            }
            p.place(done);
        }
    }
}
