package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pidfd_send_signal;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigprocmask;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsid;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.kernel.Poll;
import dev.reprise.kernel.Prctl;
import dev.reprise.kernel.Signal;
import java.util.function.Consumer;

/** What guards do: children in our memory and with our descriptors, who wait for our death. Pure. */
final class GuardProgram {
    private static final int SIG_SETMASK = 2;

    private GuardProgram() {}

    /** Adds: until the process with this descriptor has ended, nothing. */
    static void awaitDeath(ProgramBuilder p, int process) {
        p.attempt(SYS_rt_sigprocmask, Arg.of(SIG_SETMASK), p.longs(-1), Arg.of(0), Arg.of(Signal.SIGSET_SIZE));
        p.attempt(SYS_prctl, Arg.of(Prctl.PR_SET_NAME), p.string("reprise-guard"));
        p.attempt(SYS_setsid, 0); // what is sent to our group does not end it with us
        // struct pollfd { int fd; short events, revents; }
        p.attempt(SYS_poll, p.ints(process, Poll.POLLIN), Arg.of(1), Arg.of(-1));
    }

    /** Adds: kills all of a table. */
    static void killAll(ProgramBuilder p, long table) {
        each(p, table, fd -> p.attempt(SYS_pidfd_send_signal, fd, Arg.of(Signal.SIGKILL), Arg.of(0), Arg.of(0)));
    }

    /** Adds something for each descriptor of a table of ints, each one more than it is (0 is one, too), ended by a zero. */
    static void each(ProgramBuilder p, long table, Consumer<Step> body) {
        Slot next = p.longs(table);
        Slot one = p.space(8);
        Label loop = p.label();
        Label end = p.label();
        p.place(loop);
        p.copy(one, Arg.contentOf(next), Arg.of(Integer.BYTES));
        Step fd = p.load4(one);
        p.jumpIfEqual(fd, Arg.of(0), end);
        body.accept(p.add(fd, Arg.of(-1)));
        p.store8(next, p.add(Arg.contentOf(next), Arg.of(Integer.BYTES)));
        p.go(loop);
        p.place(end);
    }
}
