package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigaction;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.SignalAction;
import dev.reprise.image.state.SignalHandlers;
import dev.reprise.kernel.Signal;

/**
 * Signal dispositions: all of them, since CLONE_CLEAR_SIGHAND leaves ignored signals ignored (kernel/signal.c,
 * flush_signal_handlers). Before pending signals are queued: ignoring one discards it.
 */
final class SignalHandlersRebuild {
    private SignalHandlersRebuild() {}

    static void add(ProgramBuilder p, SignalHandlers handlers) {
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
            if (!Signal.isUncatchable(signal)) {
                p.call(
                                SYS_rt_sigaction,
                                Arg.of(signal),
                                actions.plus((long) Signal.SIGACTION_SIZE * signal),
                                Arg.of(0),
                                Arg.of(Signal.SIGSET_SIZE))
                        .about("signal " + signal);
            }
        }
    }
}
