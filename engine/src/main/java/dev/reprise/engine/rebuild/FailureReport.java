package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_writev;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.kernel.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The end of a program that nobody watches: which step failed, on what, why, in one line on stderr; status 127.
 *
 * <p>Two tables lead to the words, which stand behind the program: one by entry, {pointer to {u64 length, text}}, one by
 * error number, {pointer, length}, backwards, so that a result finds its place by addition alone.
 */
final class FailureReport {
    private static final int FAILED = 127;
    private static final int ERRNO = 16;
    private static final long SIGN = Long.MIN_VALUE;
    private static final int STDERR = 2;
    /** From 64 bytes an entry to 8 bytes a pointer. */
    private static final int ENTRY_TO_POINTER = 3;

    private static final int ERRORS = 134;

    private final String prefix;
    private final Label start;
    private final Slot stderr;
    private final Slot entries;
    private final Slot errors;

    /** {@code prefix} begins every line. */
    FailureReport(ProgramBuilder p, String prefix) {
        this.prefix = prefix;
        start = p.label();
        stderr = p.longs(STDERR);
        entries = p.longs(0);
        errors = p.longs(0);
    }

    /** Adds: from here on, stderr is this descriptor. */
    void useStderr(ProgramBuilder p, int descriptor) {
        p.store8(stderr, Arg.of(descriptor));
    }

    /** Where the program's failures lead. */
    Label start() {
        return start;
    }

    /** Adds the report itself, behind everything else; {@code stoppedAt} is the word that tells the failed entry. */
    void add(ProgramBuilder p, long stoppedAt, long programAddress) {
        p.place(start);
        Slot line = p.longs(0, prefix.length(), 0, 0, 0, 0, 0, 1);
        Slot word = p.space(8);
        p.store8(line, p.string(prefix));
        p.store8(line.plus(48), p.string("\n"));
        Arg stopped = new Arg.Loaded(stoppedAt);
        Step pointer = p.shiftRight(p.add(stopped, Arg.of(-programAddress)), Arg.of(ENTRY_TO_POINTER));
        p.copy(word, p.add(Arg.contentOf(entries), pointer), Arg.of(Long.BYTES));
        p.copy(line.plus(24), Arg.contentOf(word), Arg.of(Long.BYTES));
        p.store8(line.plus(16), p.add(Arg.contentOf(word), Arg.of(Long.BYTES)));
        why(p, line, stopped);
        p.attempt(SYS_writev, Arg.contentOf(stderr), line, Arg.of(4));
        p.attempt(SYS_exit_group, FAILED);
    }

    // A result that is no error number, of a step that wanted another one, is told by the step's words.
    private void why(ProgramBuilder p, Slot line, Arg stopped) {
        Label told = p.label();
        Label some = p.label();
        Slot result = p.space(8);
        p.copy(result, p.add(stopped, Arg.of(Program.entryOffset(1) - Long.BYTES)), Arg.of(Long.BYTES));
        p.jumpIfAny(result, Arg.of(SIGN), some);
        p.go(told);
        p.place(some);
        p.store8(result, p.add(Arg.contentOf(result), Arg.of(ERRORS)));
        p.jumpIfAny(result, Arg.of(SIGN), told);
        Step twice = p.add(Arg.contentOf(result), Arg.contentOf(result));
        Step four = p.add(twice, twice);
        Step eight = p.add(four, four);
        Step at = p.add(Arg.contentOf(errors), p.add(eight, eight));
        p.copy(line.plus(32), at, Arg.of(ERRNO));
        p.place(told);
    }

    /** The tables and words that stand behind a finished program, whose bytes learn where. */
    byte[] words(Program program, byte[] encoded, long programAddress) {
        long base = programAddress + encoded.length;
        ByteBuffer out = ByteBuffer.allocate(8 * program.entryCount() + ERRNO * (ERRORS + 1) + size(program))
                .order(ByteOrder.LITTLE_ENDIAN);
        int pointers = 8 * program.entryCount();
        int texts = pointers + ERRNO * (ERRORS + 1);
        Map<String, Long> known = new HashMap<>();
        out.position(texts);
        for (int i = 0; i < program.entryCount(); i++) {
            if (program.canFail(i)) {
                String text = program.describe(i);
                Long at = known.get(text);
                if (at == null) {
                    at = base + out.position();
                    known.put(text, at);
                    byte[] bytes = bytes(text);
                    out.putLong(bytes.length).put(bytes);
                }
                out.putLong(8 * i, at);
            }
        }
        for (Errno errno : Errno.values()) {
            byte[] bytes = bytes(": " + errno.text());
            int at = pointers + ERRNO * (ERRORS - errno.code());
            out.putLong(at, base + out.position()).putLong(at + 8, bytes.length);
            out.put(bytes);
        }
        ByteBuffer encodedWords = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        encodedWords.putLong((int) program.slotOffset(entries), base);
        encodedWords.putLong((int) program.slotOffset(errors), base + pointers);
        return out.array();
    }

    private static int size(Program program) {
        int size = 0;
        for (int i = 0; i < program.entryCount(); i++) {
            if (program.canFail(i)) {
                size += Long.BYTES + bytes(program.describe(i)).length;
            }
        }
        for (Errno errno : Errno.values()) {
            size += errno.text().length() + 2;
        }
        return size;
    }

    // One line, whatever a path contains; a char is a byte.
    private static byte[] bytes(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] >= 0 && bytes[i] < ' ' || bytes[i] == 0x7f) {
                bytes[i] = '?';
            }
        }
        return bytes;
    }
}
