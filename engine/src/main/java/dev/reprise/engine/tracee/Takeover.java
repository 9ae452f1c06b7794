package dev.reprise.engine.tracee;

import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.IpcResidence;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.Ptrace;
import dev.reprise.kernel.RemoteAddress;
import dev.reprise.kernel.Smaps;
import dev.reprise.kernel.TaskDiedException;
import dev.reprise.kernel.x86_64.UserRegs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * A frozen process with our segment in it: threads come in, run programs there, and go home.
 *
 * <p>At every instant each thread is either untouched (the kernel resumes it) or on a path that leads home by itself:
 * see {@link WayHome}. The first thread, the host, brings the segment in by ONE change of its registers.
 */
public final class Takeover implements ProgramRunner {
    private static final long HOST_PROGRAMS = 1 << 20;
    private static final long SPIN_NANOS = 200_000;
    private static final long POLL_NANOS = 20_000_000;
    private static final int PIVOT_STACK = 0x400;
    /** A copy of the address space has a control block, too. */
    private static final int COPIES = 1;

    private final Freeze freeze;
    private final List<Freeze> sharers;
    private final int pid;
    private final List<Mapping> mappings;
    private final Segment segment;
    private final Restorers restorers;
    private final ProcStatus status;
    private final long caught;
    private final int descriptorTableSize;
    private final long programs;
    private final List<Tracee> inside = new ArrayList<>();
    private final Map<Tracee, Control> controls = new HashMap<>();
    private @Nullable Tracee host;
    private @Nullable Boot boot;
    private @Nullable Departure departure;
    private long restorer;
    private long frame;
    private boolean hasCallEnded;

    private Takeover(int index, List<Freeze> sharers, List<Mapping> mappings, Segment segment, Restorers restorers)
            throws KernelException {
        this.freeze = sharers.get(index);
        this.sharers = sharers;
        this.pid = freeze.leader().tid();
        this.mappings = mappings;
        this.segment = segment;
        this.restorers = restorers;
        this.status = ProcStatus.of(pid, pid);
        this.caught = Freeze.hex(status.text(), "SigCgt");
        this.descriptorTableSize = Integer.parseInt(status.field("FDSize"));
        this.programs = segment.programsAddress() + index * HOST_PROGRAMS;
    }

    /** Lays everything out; the process itself is not touched yet. */
    public static Takeover prepare(Tracer tracer, Freeze freeze) throws KernelException {
        return prepare(tracer, IpcResidence.OWN, List.of(freeze), new Restorers())
                .getFirst();
    }

    /**
     * Lays everything out for all processes of one address space (CLONE_VM), who share one segment: the first of them
     * brings it in and must leave last.
     */
    static List<Takeover> prepare(Tracer tracer, IpcResidence residence, List<Freeze> sharers, Restorers restorers)
            throws KernelException {
        List<Mapping> mappings = Smaps.mapsOf(sharers.getFirst().leader().tid());
        int threads = 0;
        for (Freeze freeze : sharers) {
            threads += freeze.tracees().size();
        }
        long programs = HOST_PROGRAMS * sharers.size();
        long size = segmentBytes(sharers.size(), threads);
        Segment segment = Segment.create(tracer, residence, threads + COPIES, programs, Holes.find(mappings, size));
        try {
            List<Takeover> takeovers = new ArrayList<>(sharers.size());
            for (int i = 0; i < sharers.size(); i++) {
                takeovers.add(new Takeover(i, sharers, mappings, segment, restorers));
            }
            return takeovers;
        } catch (KernelException failure) {
            segment.close();
            throw failure;
        }
    }

    /** How large a segment is that so many processes with so many threads share. */
    public static long segmentBytes(int processes, int threads) {
        return Segment.sizeFor(threads + COPIES, HOST_PROGRAMS * processes);
    }

    private boolean isFirst() {
        return freeze == sharers.getFirst();
    }

    // Each thread may have ids of its own.
    private void giveTo(Tracee tracee) throws KernelException {
        String ids = tracee.tid() == pid ? status.text() : Proc.text("/proc/" + tracee.tid() + "/status");
        int uid = effective(ids, "Uid");
        if (uid != 0) {
            segment.giveTo(uid, effective(ids, "Gid"));
        }
    }

    private static int effective(String status, String name) {
        int at = status.indexOf("\n" + name + ":") + name.length() + 2;
        StringTokenizer ids = new StringTokenizer(status.substring(at, status.indexOf('\n', at)));
        ids.nextToken();
        return (int) Long.parseLong(ids.nextToken());
    }

    /** The process. */
    int pid() {
        return pid;
    }

    /** The process's mappings before we came. */
    public List<Mapping> mappings() {
        return mappings;
    }

    /** What tools have left here when they died. */
    public Leftovers leftovers() {
        return new Leftovers(mappings, sharers);
    }

    /** For how many descriptors its table has room. */
    public int descriptorTableSize() {
        return descriptorTableSize;
    }

    /** Where we are in its address space. */
    public Segment segment() {
        return segment;
    }

    /** Brings the segment in with the thread that suits best, which runs {@code first}. */
    public ProgramResults enter(Program first) throws KernelException {
        begin(first);
        return await(host());
    }

    /** The same without waiting for the program: {@link #await} follows, for the {@link #host}. */
    public void begin(Program first) throws KernelException {
        approach();
        inject(first);
        arrive(first);
    }

    /**
     * The first step of {@link #begin}, where many processes take each of its steps side by side; {@link #inject} and {@link #arrive} follow, or
     * {@link #settle}.
     */
    public void approach() throws KernelException {
        if (isFirst()) {
            Tracee chosen = chooseHost();
            giveTo(chosen);
            restorer = restorers.of(pid, mappings); // the way out, before we are in
            host = chosen;
            Boot.Gadgets gadgets = new Boot.Gadgets(Gadget.pivot(pid, mappings), PIVOT_STACK);
            Boot way = new Boot(segment, freeze, chosen, caught, gadgets);
            way.approach();
            boot = way;
        }
    }

    /** The second. */
    public void inject(Program first) throws KernelException {
        Boot way = boot;
        if (way != null) {
            way.inject(first);
        }
    }

    /** The third: the first program runs. Those who have brought a segment in go before those who join it there. */
    public void arrive(Program first) throws KernelException {
        Boot way = boot;
        boot = null;
        if (way != null) {
            way.arrive();
            inside.add(host());
        } else {
            host = freeze.leader();
            join(host, first, programs);
        }
    }

    /** After any of the steps, where another process has failed at one: {@link #leave} can be called. */
    public void settle() throws KernelException {
        Boot way = boot;
        boot = null;
        if (way != null && way.settle()) {
            inside.add(host());
        }
    }

    // A thread in a call that restarts from its beginning is best, then a sleeping one; spinning ones need the gadget.
    private Tracee chooseHost() {
        Tracee best = freeze.leader();
        int bestRank = -1;
        for (Tracee tracee : freeze.tracees()) {
            int rank = switch (SystemCallStop.of(tracee.registers())) {
                case RESTARTS_BY_HANDLER, RESTARTS_ALWAYS -> 3;
                case RESTARTS_WITHOUT_HANDLER -> 2;
                case RESTART_BLOCK -> 1;
                case NONE -> 0;
            };
            if (rank > bestRank) {
                best = tracee;
                bestRank = rank;
            }
        }
        return best;
    }

    /** The thread whose system calls the process's programs are. */
    public Tracee host() {
        if (host == null) {
            throw new IllegalStateException("nobody is in yet");
        }
        return host;
    }

    /** Sends a frozen thread into the segment to run a small program of its own; {@link #await} follows. */
    public void join(Tracee tracee, Program program) throws KernelException {
        join(tracee, program, 0);
    }

    private void join(Tracee tracee, Program program, long place) throws KernelException {
        Control control = controls.get(tracee);
        if (control == null) {
            control = segment.newControl();
            controls.put(tracee, control);
        }
        long[] registers = tracee.registers();
        AfterStop afterStop = AfterStop.of(freeze, tracee, caught);
        WayHome.arm(segment, control, registers, tracee.mask(), caught, afterStop, false);
        if (place == 0) {
            control.place(program);
        } else {
            control.placeAt(program, place);
        }
        control.startWithoutCommand();
        registers[UserRegs.RIP] = control.bootAddress();
        registers[UserRegs.ORIG_RAX] = -1;
        Ptrace ptrace = tracee.ptrace();
        ptrace.setRegisters(tracee.tid(), registers);
        tracee.setControl(control);
        inside.add(tracee);
        ptrace.setSignalMask(tracee.tid(), Tracee.ALL_SIGNALS);
        ptrace.resume(tracee.tid(), 0);
    }

    /** Sends all threads in that are not there, to be parked, and adds them to {@code joined}. */
    void joinAll(List<Tracee> joined) throws KernelException {
        ProgramBuilder p = new ProgramBuilder();
        p.end();
        Program nothing = p.build();
        List<Tracee> others = new ArrayList<>(freeze.tracees());
        others.removeAll(inside);
        for (Tracee tracee : others) {
            join(tracee, nothing);
            joined.add(tracee);
        }
        for (Tracee tracee : joined) {
            await(tracee);
        }
    }

    /** Waits until a thread's program is done, and returns its results; an error that stopped it is thrown. */
    public ProgramResults await(Tracee tracee) throws KernelException {
        Control control = awaitDone(tracee);
        int stoppedAt = control.stoppedAt();
        if (!control.program().isEnd(stoppedAt)) {
            throw new KernelException(
                    control.program().callName(stoppedAt),
                    control.program().subject(stoppedAt) + " in " + tracee,
                    Errno.of(control.resultAt(stoppedAt)));
        }
        return control.results();
    }

    private static Control awaitDone(Tracee tracee) throws KernelException {
        Control control = requireControl(tracee);
        ProgramWait.until(control, tracee, SPIN_NANOS, POLL_NANOS);
        return control;
    }

    /** Runs one more small program in a thread that has {@link #join}ed and is parked. */
    public ProgramResults run(Tracee tracee, Program program) throws KernelException {
        Control control = requireControl(tracee);
        control.place(program);
        control.submit();
        return await(tracee);
    }

    @Override
    public ProgramResults run(Program program) throws KernelException {
        start(program);
        return await(host());
    }

    /** Lets the host begin a program; {@link #await} follows. */
    Control start(Program program) {
        if (program.size() > HOST_PROGRAMS) {
            throw new IllegalArgumentException("program of " + program.size() + " bytes");
        }
        Control control = requireControl(host());
        control.placeAt(program, programs);
        control.submit();
        return control;
    }

    /** Where the host's programs are. */
    long programs() {
        return programs;
    }

    @Override
    public RemoteAddress descriptorWord() {
        return segment.descriptorWord();
    }

    /** Takes a parked thread back: in an event stop, with its own registers and mask. */
    public void back(Tracee tracee) throws KernelException {
        tracee.ptrace().interrupt(tracee.tid());
        stoppedBack(tracee);
    }

    /** As {@link #back(Tracee)}, all at once: they stop beside each other. */
    public void back(List<Tracee> parked) throws KernelException {
        for (Tracee tracee : parked) {
            tracee.ptrace().interrupt(tracee.tid());
        }
        for (Tracee tracee : parked) {
            stoppedBack(tracee);
        }
    }

    // Where it failed on its way in or back, it may stand.
    private void backFromAnywhere(Tracee tracee) throws KernelException {
        if (tracee.stands()) {
            restored(tracee);
        } else {
            back(tracee);
        }
    }

    private void stoppedBack(Tracee tracee) throws KernelException {
        tracee.awaitEventStop();
        restored(tracee);
    }

    private void restored(Tracee tracee) throws KernelException {
        tracee.restoreFrozenState();
        isOut(tracee);
    }

    /** What the last thread needs to go and unmap the segment; it is asked where the probes have not answered. */
    public void prepareDeparture(Departure how) {
        departure = how;
    }

    /**
     * Everybody still inside goes home: the others first, the host last, which unmaps the segment without an instant in
     * which it could be lost. Those that have died meanwhile are nobody's concern.
     */
    public void leave() throws KernelException {
        leaveOthers();
        unlessDead(() -> {
            for (Leaving step : Leaving.values()) {
                leave(step);
            }
        });
    }

    /** All go but the host that unmaps the segment. */
    void leaveOthers() throws KernelException {
        for (Tracee tracee : List.copyOf(inside)) {
            if (tracee != host) {
                unlessDead(() -> backFromAnywhere(tracee));
            }
        }
        // Better a mapping that stays behind than a window in which the program could die.
        if (isHostInside() && (!isFirst() || restorer == 0)) {
            unlessDead(() -> backFromAnywhere(host()));
        }
    }

    private boolean isHostInside() {
        return host != null && inside.contains(host);
    }

    /** The steps of the host's way out: where many processes leave, each step is taken by all. */
    enum Leaving {
        BEGIN,
        LEAD,
        DETACH,
        STOP,
        END
    }

    /** The host takes a step, if it is still inside; none may follow one that failed. */
    void leave(Leaving step) throws KernelException {
        if (!isHostInside()) {
            return;
        }
        Tracee last = host();
        switch (step) {
            case BEGIN -> {
                departure();
                hasCallEnded = AfterStop.of(freeze, last, caught).endsCall(last.registers(), this);
                Departure.begin(last);
            }
            case LEAD -> {
                frame = departure().lead(last, hasCallEnded, pid, mappings);
                if (frame == 0) {
                    isOut(last);
                }
            }
            case DETACH -> Departure.detach(last, segment, frame, restorer);
            case STOP -> Departure.stop(last);
            case END -> {
                Departure.end(last);
                isOut(last);
            }
        }
    }

    private Departure departure() throws KernelException {
        Departure how = departure;
        if (how == null) {
            awaitDone(host()); // its first program, where another process has failed meanwhile
            how = Departure.ask(this);
            departure = how;
        }
        return how;
    }

    private void isOut(Tracee tracee) {
        tracee.setControl(null);
        inside.remove(tracee);
    }

    private interface Step {
        void take() throws KernelException;
    }

    private static void unlessDead(Step step) throws KernelException {
        try {
            step.take();
        } catch (TaskDiedException died) {
            // it has no home to go to
        }
    }

    /** Our side of the segment goes; whoever may still be inside, because not even {@link #leave} worked, goes home by itself. */
    public void close() {
        if (isFirst()) {
            segment.close();
        }
    }

    private static Control requireControl(Tracee tracee) {
        Control control = tracee.control();
        if (control == null) {
            throw new IllegalStateException(tracee + " is not in the segment");
        }
        return control;
    }
}
