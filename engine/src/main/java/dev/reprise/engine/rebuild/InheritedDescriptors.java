package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_dup3;

import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.Variable;
import dev.reprise.image.state.Descriptor;
import dev.reprise.kernel.Fcntl;
import java.util.Arrays;

/**
 * What a process has from those before it, from the common numbers to its own: a table of three ints each, and a loop over it. In a large
 * set there are more of them than of all else together.
 */
final class InheritedDescriptors {
    private static final int INTS = 3;

    private int[] table = new int[INTS * 16];
    private int size;
    private int lowest = Integer.MAX_VALUE;
    private int highest;

    /** One that is open under a common number. */
    void add(int common, Descriptor descriptor) {
        if (size == table.length) {
            table = Arrays.copyOf(table, 2 * size);
        }
        table[size++] = common;
        table[size++] = descriptor.number();
        table[size++] = descriptor.closeOnExec() ? Fcntl.O_CLOEXEC : 0;
        lowest = Math.min(lowest, descriptor.number());
        highest = Math.max(highest, descriptor.number());
    }

    /** Adds: all of them. */
    void take(ProgramBuilder p) {
        if (size == 0) {
            return;
        }
        Slot all = p.ints(Arrays.copyOf(table, size));
        Variable place = new Variable(p, 0);
        place.set(all);
        Label next = p.label();
        Label done = p.label();
        p.place(next);
        Step common = next(p, place);
        Step number = next(p, place);
        Step flags = next(p, place);
        p.call(SYS_dup3, common, number, flags).about(subject());
        p.jumpIfEqual(place.value(), all.plus((long) Integer.BYTES * size), done);
        p.go(next);
        p.place(done);
    }

    private static Step next(ProgramBuilder p, Variable place) {
        Step value = p.load4(place.value());
        place.add(Integer.BYTES);
        return value;
    }

    private String subject() {
        return lowest == highest ? "descriptor " + lowest : "one of the descriptors " + lowest + "-" + highest;
    }
}
