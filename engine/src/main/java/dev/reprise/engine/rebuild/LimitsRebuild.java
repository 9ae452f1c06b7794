package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prlimit64;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.ResourceLimit;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Resource;
import java.util.ArrayList;
import java.util.List;

/**
 * Limits: the last thing before the leader's credentials, since they would bind what is still to be done.
 *
 * <p>A hard limit above the restore's own can be set with CAP_SYS_RESOURCE only; without, it stays where it is, the soft
 * limit as near as it may be, and {@link #warnings} says so.
 */
public final class LimitsRebuild {
    /** Descriptors that a restore needs beside the image's own. */
    private static final int TEMPORARIES = 64;

    private final List<ResourceLimit> limits;
    private final List<Step> steps = new ArrayList<>();

    LimitsRebuild(ProgramBuilder p, List<ResourceLimit> limits) {
        this.limits = limits;
        for (ResourceLimit limit : limits) {
            steps.add(set(p, limit.resource(), limit.soft(), limit.hard()));
        }
    }

    /** Early: as many descriptors as the image needs, if that is allowed at all. */
    public static void makeRoom(ProgramBuilder p, List<ResourceLimit> limits, int highestDescriptor) {
        long needed = (long) highestDescriptor + TEMPORARIES;
        for (ResourceLimit limit : limits) {
            if (limit.resource() == Resource.RLIMIT_NOFILE && Long.compareUnsigned(limit.hard(), needed) > 0) {
                needed = limit.hard();
            }
        }
        set(p, Resource.RLIMIT_NOFILE, needed, needed);
    }

    // As wanted; else (soft, current hard); else (current hard, current hard).
    private static Step set(ProgramBuilder p, int resource, long soft, long hard) {
        Arg self = Arg.of(0);
        Arg which = Arg.of(resource);
        Label done = p.label();
        Step wanted = p.attempt(SYS_prlimit64, self, which, p.longs(soft, hard), Arg.of(0));
        p.jumpIfEqual(wanted, Arg.of(0), done);
        Slot current = p.longs(soft, 0);
        Slot old = p.space(Resource.SIZE);
        p.call(SYS_prlimit64, self, which, Arg.of(0), old).about(Resource.nameOf(resource));
        p.copy(current.plus(Long.BYTES), old.plus(Long.BYTES), Arg.of(Long.BYTES));
        p.jumpIfEqual(p.attempt(SYS_prlimit64, self, which, current, Arg.of(0)), Arg.of(0), done);
        p.copy(current, old.plus(Long.BYTES), Arg.of(Long.BYTES));
        p.call(SYS_prlimit64, self, which, current, Arg.of(0)).about(Resource.nameOf(resource));
        p.place(done);
        return wanted;
    }

    /** A line for each limit that could not be as high as it was. */
    public List<String> warnings(ProgramResults results) {
        List<String> warnings = new ArrayList<>(0);
        for (int i = 0; i < limits.size(); i++) {
            if (Door.isError(results.result(steps.get(i)))) {
                ResourceLimit limit = limits.get(i);
                warnings.add(Resource.nameOf(limit.resource()) + " was " + amount(limit.soft()) + " (hard "
                        + amount(limit.hard()) + ") and is lower now: raising it needs CAP_SYS_RESOURCE");
            }
        }
        return warnings;
    }

    private static String amount(long value) {
        return value == -1 ? "unlimited" : Long.toUnsignedString(value);
    }
}
