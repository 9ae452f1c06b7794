package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.TerminalSettings;
import dev.reprise.engine.tracee.ProgramRunner;
import dev.reprise.image.state.Bytes;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Ioctl;
import dev.reprise.kernel.KernelException;

/**
 * What has been written to a terminal and not been read from its master: the kernel lets nobody look at it, so the process
 * that has the master reads it and writes it again, in one program, which it runs to its end whatever becomes of us.
 */
final class TerminalOutput {
    /** More than the kernel keeps for a terminal: 64 KiB on their way and 4 KiB to be read. */
    private static final int ROOM = 1 << 18;

    private static final long SIGN = Long.MIN_VALUE;

    private final ProgramBuilder p = new ProgramBuilder();
    private final Arg master;
    private final Slot buffer = p.space(ROOM);
    private final Slot length = p.longs(0);
    private final Slot written = p.longs(0);
    private final Slot stopped = p.longs(0);

    private TerminalOutput(int master) {
        this.master = Arg.of(master);
    }

    /** The bytes, and whether they are held back. */
    record Found(Bytes bytes, boolean stopped) {}

    /** Of descriptor {@code master} of the process behind {@code runner}; {@code settings}: struct termios2; {@code byCall}: tcflow(3) has stopped it, if it is. */
    static Found of(ProgramRunner runner, int master, Bytes settings, boolean packets, boolean byCall)
            throws KernelException {
        TerminalOutput output = new TerminalOutput(master);
        output.build(settings.toArray(), packets, byCall);
        ProgramResults results = runner.run(output.p.build());
        long read = results.slot(output.length).get(JAVA_LONG, 0);
        return new Found(
                Bytes.of(results.slot(output.buffer).asSlice(0, read).toArray(JAVA_BYTE)),
                results.slot(output.stopped).get(JAVA_LONG, 0) != 0);
    }

    private void build(byte[] settings, boolean packets, boolean byCall) {
        Step slave = p.call(
                        SYS_ioctl,
                        master,
                        Arg.of(Ioctl.TIOCGPTPEER),
                        Arg.of(Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC))
                .about("a terminal");
        p.attempt(SYS_ioctl, slave, Arg.of(Ioctl.TCSETS2), p.bytes(TerminalSettings.plain(settings)));
        packets(packets, 0);
        read();
        write(slave, settings, byCall);
        packets(packets, 1);
        p.attempt(SYS_ioctl, slave, Arg.of(Ioctl.TCSETS2), p.bytes(settings));
        p.attempt(SYS_close, slave);
        p.requireEqual(length, written, Long.BYTES).about("the output of a terminal, written again");
        p.end();
    }

    // In packet mode each read begins with a byte of its own.
    private void packets(boolean packets, int on) {
        if (packets) {
            p.attempt(SYS_ioctl, master, Arg.of(Ioctl.TIOCPKT), p.ints(on));
        }
    }

    private void read() {
        Label again = p.label();
        Label done = p.label();
        p.place(again);
        Slot poll = TerminalSettings.pollFor(p, master, TerminalState.POLLIN);
        Step ready = p.attempt(SYS_poll, poll, Arg.of(1), Arg.of(0));
        p.jumpIfEqual(ready, Arg.of(0), done);
        Step isReadable = p.and(p.load4(poll.plus(4)), Arg.of((long) TerminalState.POLLIN << 16));
        p.jumpIfEqual(isReadable, Arg.of(0), done);
        Slot got = p.longs(0);
        p.store8(got, p.attempt(SYS_read, master, p.add(buffer, Arg.contentOf(length)), Arg.of(ROOM / 4)));
        p.jumpIfAny(got, Arg.of(SIGN), done);
        p.jumpIfEqual(Arg.contentOf(got), Arg.of(0), done);
        p.store8(length, p.add(Arg.contentOf(length), Arg.contentOf(got)));
        // Nobody writes meanwhile, and the kernel keeps less than that.
        p.jumpIfAny(length, Arg.of(-(ROOM / 2L)), done);
        p.go(again);
        p.place(done);
    }

    // A write of what was there before finds room for it; stopped output takes nothing, and is started for the moment.
    private void write(Step slave, byte[] settings, boolean byCall) {
        Label flowing = p.label();
        Label done = p.label();
        p.jumpIfEqual(Arg.contentOf(length), Arg.of(0), done);
        Step ready =
                p.attempt(SYS_poll, TerminalSettings.pollFor(p, slave, TerminalState.POLLOUT), Arg.of(1), Arg.of(0));
        p.jumpIfEqual(ready, Arg.of(1), flowing);
        p.store8(stopped, Arg.of(1));
        TerminalSettings.flow(p, slave, TerminalSettings.TCOOFF); // whoever stopped it
        TerminalSettings.flow(p, slave, TerminalSettings.TCOON);
        p.place(flowing);
        p.store8(written, p.attempt(SYS_write, slave, buffer, Arg.contentOf(length)));
        Label flows = p.label();
        p.jumpIfEqual(Arg.contentOf(stopped), Arg.of(0), flows);
        TerminalSettings.stop(p, master, slave, settings, byCall);
        p.place(flows);
        p.place(done);
    }
}
