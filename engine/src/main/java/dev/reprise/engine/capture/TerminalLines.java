package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.TerminalSettings;
import dev.reprise.engine.program.Typing;
import dev.reprise.engine.program.Variable;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.TypedAhead;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Ioctl;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Unread keys that make lines: each read gets one, and an end of file behind the line that is begun makes that the last one. They are
 * typed again key by key (TIOCSTI), each as one that has no meaning.
 */
final class TerminalLines extends TerminalKeys {
    private static final int MOST = ROOM - (4 << 10);
    private static final int LINE = 8192; // longer than any

    private final byte[] endingKeys;
    private final Slot ending;
    private final Slot lengths = p.space((long) Integer.BYTES * MOST);
    private final Variable lengthsEnd = new Variable(p, 0);
    private final Variable lines = new Variable(p, 0);
    private final Variable begun = new Variable(p, 0);
    private final Variable literally = new Variable(p, 0);
    private final Variable left = new Variable(p, ROOM_FOR_LINES);
    private final Variable typed = new Variable(p, 0);
    private final Slot literal = p.bytes(new byte[] {TerminalSettings.LITERALLY});
    private final Slot endOfFile = p.bytes(new byte[] {TerminalSettings.END});

    TerminalLines(int master, byte[] settings, boolean packets) {
        super(master, settings, packets);
        endingKeys = TerminalSettings.endingKeys(settings);
        ending = p.bytes(TerminalSettings.ending(settings));
    }

    // The kernel asks for the right to type before it looks for the key.
    @Override
    void look(Arg slave, Label impossible) {
        Label can = p.label();
        Step answer = p.attempt(SYS_ioctl, slave, Arg.of(Ioctl.TIOCSTI), Arg.of(0));
        p.jumpIfEqual(answer, Arg.of(-Errno.EFAULT.code()), can);
        p.go(impossible);
        p.place(can);
    }

    @Override
    void read(Arg slave, Label back) {
        Label again = p.label();
        Label done = p.label();
        Label isOne = p.label();
        lengthsEnd.set(lengths);
        p.place(again);
        Step got = readOnce(slave, LINE, done, back);
        p.store4(lengthsEnd.value(), got);
        lengthsEnd.add(Integer.BYTES);
        lines.add(1);
        p.go(again);
        p.place(done);
        Typing.key(p, slave, endOfFile);
        begun.set(p.attempt(SYS_read, slave, end.value(), Arg.of(LINE)));
        p.jumpIfEqual(p.shiftRight(begun.value(), Arg.of(Long.SIZE - 1)), Arg.of(0), isOne);
        // It was taken literally, like the next key of the program's: it is the last byte of the line.
        literally.set(Arg.of(1));
        Typing.key(p, slave, endOfFile);
        begun.set(p.add(p.attempt(SYS_read, slave, end.value(), Arg.of(LINE)), Arg.of(-1)));
        p.place(isOne);
        end.add(begun.value());
        length.add(begun.value());
        restLength.set(length.value());
    }

    @Override
    void typeAgain(Arg slave) {
        Variable at = new Variable(p, 0);
        Variable size = new Variable(p, 0);
        Label next = p.label();
        Label last = p.label();
        Label full = p.label();
        Label empty = p.label();
        Label filled = p.label();
        at.set(lengths);
        rest.set(buffer);
        p.place(next);
        p.jumpIfEqual(at.value(), lengthsEnd.value(), last);
        size.set(p.load4(at.value()));
        at.add(Integer.BYTES);
        p.jumpIfEqual(size.value(), Arg.of(0), empty);
        Variable stop = new Variable(p, 0);
        stop.set(p.add(rest.value(), p.add(size.value(), Arg.of(-1))));
        literally(slave, stop, full);
        lastOfLine(slave, at, full, next, empty);
        p.place(empty);
        Typing.key(p, slave, endOfFile);
        left.add(-1);
        p.go(next);
        p.place(last);
        literally(slave, end, full);
        p.jumpIfEqual(literally.value(), Arg.of(0), filled);
        Typing.key(p, slave, literal);
        p.go(filled);
        p.place(full);
        p.place(filled);
    }

    // Everything up to there, unless there is no room before.
    private void literally(Arg slave, Variable stop, Label full) {
        Label again = p.label();
        Label done = p.label();
        p.place(again);
        p.jumpIfEqual(rest.value(), stop.value(), done);
        p.jumpIfEqual(left.value(), Arg.of(0), full);
        Typing.key(p, slave, literal);
        type(slave);
        p.go(again);
        p.place(done);
    }

    private void type(Arg slave) {
        Typing.key(p, slave, rest.value());
        rest.add(1);
        restLength.add(-1);
        typed.add(1);
        left.add(-1);
    }

    // The first line may be one because keys have begun to make lines behind it: its last byte ends it.
    private void lastOfLine(Arg slave, Variable at, Label full, Label next, Label endOfFile) {
        Slot key = p.space(Long.BYTES);
        Label isNewline = p.label();
        Label isEnding = p.label();
        Label isNone = p.label();
        p.jumpIfEqual(left.value(), Arg.of(0), full);
        p.copy(key, rest.value(), Arg.of(1));
        p.jumpIfEqual(Arg.contentOf(key), Arg.of('\n'), isNewline);
        p.jumpIfEqual(Arg.contentOf(key), Arg.of(0), isNone);
        for (byte other : endingKeys) {
            p.jumpIfEqual(Arg.contentOf(key), Arg.of(Byte.toUnsignedInt(other)), isEnding);
        }
        p.jumpIfEqual(at.value(), lengths.plus(Integer.BYTES), isEnding);
        p.place(isNone);
        Typing.key(p, slave, literal);
        type(slave);
        p.go(endOfFile);
        p.place(isNewline);
        type(slave);
        p.go(next);
        p.place(isEnding);
        p.copy(ending.plus(TerminalSettings.ENDING_KEY), key, Arg.of(1));
        set(slave, ending);
        type(slave);
        set(slave, typing());
        p.go(next);
    }

    @Override
    TypedAhead found(ProgramResults results) {
        byte[] all = all(results);
        int room = (int) value(results, typed);
        List<TypedAhead.Line> found = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < value(results, lines) && from <= room; i++) {
            int size = results.slot(lengths).get(JAVA_INT, (long) Integer.BYTES * i);
            boolean fits = from + size <= room;
            byte[] bytes = Arrays.copyOfRange(all, from, fits ? from + size : room);
            from += size;
            if (fits) {
                found.add(new TypedAhead.Line(Bytes.of(bytes), end(bytes, i == 0)));
            } else if (bytes.length > 0) {
                found.add(new TypedAhead.Line(Bytes.of(bytes), TypedAhead.End.BEGUN));
            }
        }
        if (from < room) {
            found.add(new TypedAhead.Line(Bytes.of(Arrays.copyOfRange(all, from, room)), TypedAhead.End.BEGUN));
        }
        return new TypedAhead(
                found, value(results, literally) != 0, Bytes.of(Arrays.copyOfRange(all, room, all.length)));
    }

    // As in lastOfLine.
    private TypedAhead.End end(byte[] line, boolean isFirst) {
        byte last = line.length == 0 ? 0 : line[line.length - 1];
        boolean ends = last != 0 && (isFirst || last == '\n' || last == endingKeys[0] || last == endingKeys[1]);
        return ends ? TypedAhead.End.LAST_BYTE : TypedAhead.End.END_OF_FILE;
    }
}
