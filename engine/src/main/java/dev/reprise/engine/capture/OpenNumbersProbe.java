package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.Variable;
import dev.reprise.kernel.Fcntl;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Asks a process, number by number, what it has open: a tenth of what /proc takes to tell. */
final class OpenNumbersProbe {
    /** A table with room for more is left to /proc. */
    private static final int MOST = 1 << 12;

    private final int size;
    private final Slot answers;

    /** {@code tableSize}: the descriptors for which its table has room. */
    OpenNumbersProbe(ProgramBuilder p, int tableSize) {
        size = tableSize <= MOST ? tableSize : 0;
        answers = p.space((long) Integer.BYTES * size);
        if (size == 0) {
            return;
        }
        Variable number = new Variable(p, 0);
        Variable place = new Variable(p, 0);
        place.set(answers);
        Label next = p.label();
        Label done = p.label();
        p.place(next);
        Step flags = p.attempt(SYS_fcntl, number.value(), Arg.of(Fcntl.F_GETFD));
        p.store4(place.value(), flags);
        number.add(1);
        place.add(Integer.BYTES);
        p.jumpIfEqual(number.value(), Arg.of(size), done);
        p.go(next);
        p.place(done);
    }

    /** What the program found; null where the table is too large. */
    @Nullable
    OpenNumbers read(ProgramResults results) {
        if (size == 0) {
            return null;
        }
        BitSet open = new BitSet(size);
        BitSet closing = new BitSet(size);
        MemorySegment found = results.slot(answers);
        for (int number = 0; number < size; number++) {
            int flags = found.getAtIndex(JAVA_INT, number);
            open.set(number, flags >= 0);
            closing.set(number, flags >= 0 && (flags & Fcntl.FD_CLOEXEC) != 0);
        }
        return new OpenNumbers(open, closing);
    }
}
