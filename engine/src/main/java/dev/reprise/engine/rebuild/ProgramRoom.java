package dev.reprise.engine.rebuild;

import dev.reprise.engine.program.Program;

/** The room for programs in a segment: each gets a place of its own, one behind the other. */
final class ProgramRoom {
    private long next;

    /** {@code start}: the address of the first. */
    ProgramRoom(long start) {
        next = start;
    }

    /** The place of the next program. */
    long peek() {
        return next;
    }

    /** Gives a program its place. */
    long take(Program program) {
        long at = next;
        next += program.size();
        return at;
    }
}
