package dev.reprise.acceptance;

import dev.reprise.kernel.Faults;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One call of an operation fails. An operation makes its thousands of calls at some hundreds of places, which differ in what
 * a failure there does; so a call is named by its place: where our code makes it, and which call it is.
 */
final class Fault implements Faults.Plan, AutoCloseable {
    private static final int FRAMES = 5;
    private static final int SAMPLE = Integer.getInteger("reprise.faulty", 30);
    private static final Pattern FOUND = Pattern.compile(
            "^ptrace at .*(Departure|Boot|Takeover|Tracee):|^(shmat|mmap) at Shm:|MemoryCopy:|^lseek at MemoryObjectCapture:"
                    + "|^remote (brk|personality) |Restorers:|^write at Spawn:|ProcessSet\\$Search:");
    private static final Pattern ONLY = Pattern.compile(System.getProperty("reprise.faulty.only", ""));
    private static final long SEED = Long.getLong("reprise.seed", 6);
    private static final boolean LOGS = Boolean.getBoolean("reprise.faulty.log");
    private static final StackWalker STACK = StackWalker.getInstance();

    private final Case which;
    private final Map<Place, Integer> made = new LinkedHashMap<>();
    private boolean hasCome;

    private Fault(Case which) {
        this.which = which;
    }

    /** Where a call is made: our frames, the innermost first, and whether it is another process's. */
    record Place(int number, boolean isRemote, String callers) {
        @Override
        public String toString() {
            return (isRemote ? "remote " : "") + SyscallNumbers.nameOf(number) + " at " + callers;
        }
    }

    /** A call to fail, and how. */
    record Case(Place place, int occurrence, long fate) {
        /** Whether it keeps us from stopping a thread, or leading it, as we want. */
        boolean isOfStops() {
            return place.number == SyscallNumbers.SYS_ptrace
                    || place.number == SyscallNumbers.SYS_wait4
                    || place.number == SyscallNumbers.SYS_waitid
                    || place.callers.contains("Departure:");
        }

        private boolean hasBeenFound() {
            return occurrence == 1
                    && fate == PlausibleErrors.of(place.number, place.isRemote).getFirst()
                    && FOUND.matcher(place.toString()).find();
        }

        /** From now on until it is closed. */
        Fault begin() {
            Fault fault = new Fault(this);
            Faults.follow(fault);
            return fault;
        }

        @Override
        public String toString() {
            return place + " (its call " + occurrence + "): " + PlausibleErrors.name(fate);
        }
    }

    /**
     * All of them in the long form, else those where something was wrong once, and as many others as {@code -Dreprise.faulty}
     * says, chosen by {@code -Dreprise.seed}; of all only those that {@code -Dreprise.faulty.only} finds.
     */
    static List<Case> sample(List<Case> cases) {
        List<Case> some = new ArrayList<>(cases);
        some.removeIf(one -> !ONLY.matcher(one.toString()).find());
        if (Boolean.getBoolean("reprise.long")) {
            return some;
        }
        List<Case> sample =
                new ArrayList<>(some.stream().filter(Case::hasBeenFound).toList());
        Collections.shuffle(some, new Random(SEED));
        sample.addAll(some.subList(0, Math.min(some.size(), SAMPLE)));
        return sample;
    }

    /** Says what happens, if {@code -Dreprise.faulty.log} wants to know. */
    static void log(String line) {
        if (LOGS) {
            System.out.println(line);
        }
    }

    /** Counts only, until it is closed. */
    static Fault counting() {
        return new Case(new Place(-1, false, ""), 0, Faults.NONE).begin();
    }

    @Override
    public synchronized long fate(int number, boolean isRemote) {
        if (PlausibleErrors.of(number, isRemote).isEmpty()) {
            return Faults.NONE;
        }
        Place here = new Place(number, isRemote, callers());
        int times = made.merge(here, 1, Integer::sum);
        if (!here.equals(which.place) || times != which.occurrence) {
            return Faults.NONE;
        }
        hasCome = true;
        return which.fate;
    }

    // What is a common path of many is not one place.
    private static String callers() {
        return STACK.walk(frames -> frames.filter(frame -> frame.getClassName().startsWith("dev.reprise.")
                        && !frame.getClassName().endsWith(".Fault")
                        && !frame.getClassName().matches(".*\\.kernel\\.(Door|Faults)"))
                .limit(FRAMES)
                .map(frame -> frame.getClassName().replaceFirst(".*\\.", "") + ":" + frame.getLineNumber())
                .collect(Collectors.joining(" ")));
    }

    /** The calls that could have failed so far. */
    synchronized int calls() {
        return made.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The places that were come by. */
    synchronized int places() {
        return made.size();
    }

    /** The first and the last call of each place, with each of its errors. */
    synchronized List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        made.forEach((here, times) -> {
            for (long fate : PlausibleErrors.of(here.number, here.isRemote)) {
                cases.add(new Case(here, 1, fate));
                if (times > 1) {
                    cases.add(new Case(here, times / 2 + 1, fate));
                }
            }
        });
        return cases;
    }

    /** Whether the call came at all: an operation does not always need the same ones. */
    synchronized boolean hasCome() {
        return hasCome;
    }

    @Override
    public void close() {
        Faults.end();
    }
}
