package dev.reprise.engine.tracee;

import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.x86_64.UserRegs;
import java.util.ArrayList;
import java.util.List;

/** The segments that tools have left in an address space when they died: a thread may still be on its way home in one. */
public final class Leftovers {
    private final List<Mapping> mappings;
    private final List<Freeze> sharers;

    /** {@code sharers}: the frozen processes that live in it. */
    Leftovers(List<Mapping> mappings, List<Freeze> sharers) {
        this.mappings = mappings;
        this.sharers = sharers;
    }

    /** Those that no thread is in any more. */
    public List<Mapping> abandoned() {
        List<Mapping> abandoned = new ArrayList<>();
        for (Mapping mapping : mappings) {
            if (Segment.isOne(mapping) && !isAnybodyIn(mapping)) {
                abandoned.add(mapping);
            }
        }
        return abandoned;
    }

    /** Whether a thread is still on its way home. */
    public boolean isAnybodyOnTheWayHome() {
        for (Mapping mapping : mappings) {
            if (Segment.isOne(mapping) && isAnybodyIn(mapping)) {
                return true;
            }
        }
        return false;
    }

    private boolean isAnybodyIn(Mapping mapping) {
        for (Freeze sharer : sharers) {
            for (Tracee tracee : sharer.tracees()) {
                long rip = tracee.registers()[UserRegs.RIP];
                if (Long.compareUnsigned(rip, mapping.start()) >= 0 && Long.compareUnsigned(rip, mapping.end()) <= 0) {
                    return true;
                }
            }
        }
        return false;
    }
}
