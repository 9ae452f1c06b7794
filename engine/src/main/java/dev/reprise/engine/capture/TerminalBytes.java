package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.Typing;
import dev.reprise.engine.program.Variable;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.TypedAhead;
import dev.reprise.kernel.Ioctl;
import java.util.Arrays;
import java.util.List;

/** Unread keys where they make no lines: bytes, which are written to the master again. */
final class TerminalBytes extends TerminalKeys {
    private final Variable looked = new Variable(p, 0);

    TerminalBytes(int master, byte[] settings, boolean packets) {
        super(master, settings, packets);
    }

    @Override
    void look(Arg slave, Label impossible) {
        Slot there = p.space(Long.BYTES);
        p.attempt(SYS_ioctl, slave, Arg.of(Ioctl.FIONREAD), there);
        looked.set(p.load4(there));
        p.jumpIfEqual(looked.value(), Arg.of(0), impossible);
    }

    // One by one what the line discipline has; what follows it had no room for.
    @Override
    void read(Arg slave, Label back) {
        Label again = p.label();
        Label more = p.label();
        Label done = p.label();
        p.place(again);
        readOnce(slave, 1, done, back);
        p.jumpIfEqual(length.value(), looked.value(), more);
        p.go(again);
        p.place(more);
        rest.set(p.add(buffer, looked.value()));
        Step got = readOnce(slave, ROOM / 16, done, back);
        restLength.add(got);
        p.jumpIfEqual(got, Arg.of(0), done);
        p.go(more);
        p.place(done);
    }

    @Override
    void typeAgain(Arg slave) {
        p.attempt(SYS_write, master, buffer, looked.value());
        Typing.await(p, slave, looked.value());
    }

    @Override
    TypedAhead found(ProgramResults results) {
        byte[] all = all(results);
        int taken = (int) value(results, looked);
        return new TypedAhead(
                List.of(new TypedAhead.Line(Bytes.of(Arrays.copyOf(all, taken)), TypedAhead.End.BEGUN)),
                false,
                Bytes.of(Arrays.copyOfRange(all, taken, all.length)));
    }
}
