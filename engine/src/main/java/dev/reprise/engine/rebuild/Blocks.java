package dev.reprise.engine.rebuild;

import dev.reprise.engine.tracee.Segment;

/**
 * Which control blocks of the segment are whose: each task of a process has one, then its helpers; everybody else has
 * one.
 */
final class Blocks {
    private final int[] first;
    private final int end;
    private final long segment;

    /** {@code counts}: how many each member of a family needs. */
    Blocks(int[] counts, long segment) {
        this.segment = segment;
        first = new int[counts.length];
        int next = 0;
        for (int i = 0; i < counts.length; i++) {
            first[i] = next;
            next += counts[i];
        }
        end = next;
    }

    /** The number of a member's first block. */
    int of(Member member) {
        return first[member.number()];
    }

    /** Its address. */
    long addressOf(Member member) {
        return Segment.controlAddress(segment, of(member));
    }

    /** How many there are. */
    int count() {
        return end;
    }
}
