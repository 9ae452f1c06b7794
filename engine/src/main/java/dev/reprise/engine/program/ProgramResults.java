package dev.reprise.engine.program;

import java.lang.foreign.MemorySegment;

/** What a program left behind where it ran. */
public interface ProgramResults {
    /** The result of a step: a negated errno from -4095 to -1. */
    long result(Step step);

    /** The memory of a slot. */
    MemorySegment slot(Slot slot);
}
