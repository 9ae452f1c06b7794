package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_eventfd2;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_signalfd4;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.EventFd;
import dev.reprise.image.state.SignalFd;

/** eventfd(2) counters and signalfd(2) masks. */
final class CounterRebuild {
    private static final int EFD_SEMAPHORE = 1;
    private static final int SIGNAL_SET_SIZE = 8;
    private static final long NEW_DESCRIPTOR = -1;

    private final ProgramBuilder p;
    private final OpenFiles files;

    CounterRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
    }

    void eventFd(EventFd event) {
        // The call's own initial value has 32 bits only.
        files.place(p, p.call(SYS_eventfd2, 0, event.semaphore() ? EFD_SEMAPHORE : 0), event);
        if (event.count() != 0) {
            p.expect(8, SYS_write, Arg.of(files.numberOf(event)), p.longs(event.count()), Arg.of(8))
                    .about("count of eventfd " + files.numberOf(event));
        }
        files.setFlags(p, event);
    }

    void signalFd(SignalFd signals) {
        files.place(
                p,
                p.call(
                        SYS_signalfd4,
                        Arg.of(NEW_DESCRIPTOR),
                        p.longs(signals.mask()),
                        Arg.of(SIGNAL_SET_SIZE),
                        Arg.of(0)),
                signals);
        files.setFlags(p, signals);
    }
}
