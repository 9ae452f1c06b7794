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
import dev.reprise.engine.program.Variable;
import dev.reprise.engine.tracee.ForestStandstill;
import dev.reprise.image.state.TypedAhead;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Ioctl;
import dev.reprise.kernel.KernelException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has been typed at a terminal and not been read: the process that has the master reads it from the slave and types it again, in one
 * program, which runs to its end whatever becomes of us, and while nobody else runs (docs/decisions/0006-terminals.md).
 */
abstract class TerminalKeys {
    /** The calls that it is made of, by name: no seccomp filter may forbid one. */
    static final Map<String, Integer> CALLS =
            Map.of("ioctl", SYS_ioctl, "read", SYS_read, "write", SYS_write, "close", SYS_close, "poll", SYS_poll);

    /** More than the kernel keeps: 4 KiB in lines, and, before that, 64 KiB and a buffer of as much. */
    static final int ROOM = 144 << 10;

    /** Of the line discipline. */
    static final int ROOM_FOR_LINES = 4095;

    static final long SIGN = Long.MIN_VALUE;

    final ProgramBuilder p = new ProgramBuilder();
    final Slot buffer = p.space(ROOM);
    /** Where what has been read ends, and how many bytes that are. */
    final Variable end = new Variable(p, 0);

    final Variable length = new Variable(p, 0);
    private final Variable outcome = new Variable(p, 0);
    /** What is written to the master in the end, as it was: there is no room for it. */
    final Variable rest = new Variable(p, 0);

    final Variable restLength = new Variable(p, 0);
    final Arg master;
    private final Slot settings;
    private final Slot typing;
    private final boolean packets;

    TerminalKeys(int master, byte[] settings, boolean packets) {
        this.master = Arg.of(master);
        this.settings = p.bytes(settings);
        this.typing = p.bytes(TerminalSettings.typing(settings));
        this.packets = packets;
    }

    /** Runs it; null where that cannot be: nothing was touched. */
    final @Nullable TypedAhead run(ForestStandstill standstill) throws KernelException {
        Label close = p.label();
        Label impossible = p.label();
        Label back = p.label();
        Step slave = p.attempt(
                SYS_ioctl,
                master,
                Arg.of(Ioctl.TIOCGPTPEER),
                Arg.of(Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK));
        p.jumpIfEqual(p.shiftRight(slave, Arg.of(Long.SIZE - 1)), Arg.of(1), close);
        ForestStandstill.Part standing = standstill.new Part(p, impossible);
        end.set(buffer);
        look(slave, impossible);
        packets(0);
        set(slave, typing);
        read(slave, back);
        outcome.set(Arg.of(1));
        typeAgain(slave);
        p.place(back);
        set(slave, settings);
        packets(1);
        p.attempt(SYS_write, master, rest.value(), restLength.value());
        p.place(impossible);
        standing.end();
        p.attempt(SYS_close, slave);
        p.place(close);
        p.end();
        ProgramResults results = standstill.run(p.build());
        return value(results, outcome) == 0 ? null : found(results);
    }

    /** Adds: looks whether it can be done at all. */
    abstract void look(Arg slave, Label impossible);

    /** Adds: everything is read, up to {@link #end}; goes on at {@code back} when nothing can be. */
    abstract void read(Arg slave, Label back);

    /** Adds: it is typed again. */
    abstract void typeAgain(Arg slave);

    /** What was found. */
    abstract TypedAhead found(ProgramResults results);

    /** Adds: settings. */
    final void set(Arg slave, Slot to) {
        p.attempt(SYS_ioctl, slave, Arg.of(Ioctl.TCSETS2), to);
    }

    /** The settings in which keys have no meaning. */
    final Slot typing() {
        return typing;
    }

    /** Adds: one read of at most so many bytes to {@link #end}; when there is nothing more, goes on at {@code done}, and where reading is not possible, at {@code back}. */
    final Step readOnce(Arg slave, long most, Label done, Label back) {
        Step got = p.attempt(SYS_read, slave, end.value(), Arg.of(most));
        Label some = p.label();
        p.jumpIfEqual(got, Arg.of(-Errno.EAGAIN.code()), done);
        p.jumpIfEqual(p.shiftRight(got, Arg.of(Long.SIZE - 1)), Arg.of(0), some);
        // A background process of this terminal itself.
        p.jumpIfEqual(length.value(), Arg.of(0), back);
        p.go(done);
        p.place(some);
        end.add(got);
        length.add(got);
        return got;
    }

    // In packet mode a change of the settings may be told.
    private void packets(int on) {
        if (packets) {
            p.attempt(SYS_ioctl, master, Arg.of(Ioctl.TIOCPKT), p.ints(on));
        }
    }

    static long value(ProgramResults results, Variable variable) {
        return results.slot(variable.slot()).get(JAVA_LONG, 0);
    }

    /** All that was read. */
    final byte[] all(ProgramResults results) {
        return results.slot(buffer).asSlice(0, value(results, length)).toArray(JAVA_BYTE);
    }
}
