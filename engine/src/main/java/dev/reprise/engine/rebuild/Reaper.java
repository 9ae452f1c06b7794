package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Prctl;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * We are the reaper of a family's orphans for as long as its restore can fail because of an id: whoever else would be
 * does that late, or never, and until then the ids are taken by nobody but us.
 */
final class Reaper implements AutoCloseable {
    private boolean ours;

    /** From now on; nothing changes if we are one anyway. */
    Reaper() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment before = arena.allocate(JAVA_INT);
            Door.call(SYS_prctl, Prctl.PR_GET_CHILD_SUBREAPER, before.address());
            ours = before.get(JAVA_INT, 0) == 0 && Door.call(SYS_prctl, Prctl.PR_SET_CHILD_SUBREAPER, 1) == 0;
        }
    }

    @Override
    public void close() {
        if (ours) {
            ours = false;
            Door.call(SYS_prctl, Prctl.PR_SET_CHILD_SUBREAPER, 0);
        }
    }
}
