package dev.reprise.engine.capture;

import java.util.BitSet;
import java.util.List;

/** The numbers of all descriptors that a process has open, and of those that its exec closes. */
record OpenNumbers(BitSet open, BitSet closing) {
    /** All, ascending. */
    List<Integer> all() {
        return open.stream().boxed().toList();
    }

    /** Whether exec closes a descriptor. */
    boolean closesOnExec(int number) {
        return closing.get(number);
    }
}
