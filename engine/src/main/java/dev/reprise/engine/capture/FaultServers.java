package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.engine.tracee.Standstill;
import dev.reprise.engine.tracee.Takeover;
import dev.reprise.engine.tracee.Tracee;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.VmFlag;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Uffd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which userfaultfd serves whose memory, and which of its mappings: asked harmlessly of the userfaultfds themselves, since
 * nothing shows it. Everything is frozen.
 */
final class FaultServers {
    private static final long BERTH = 1 << 16;

    private final List<FrozenProcess> processes;
    private final AddressSpaces spaces;
    private final SeccompCapture seccomp;
    private final Set<Place> served = new HashSet<>();

    private record Place(ObjectId space, long start) {}

    FaultServers(List<FrozenProcess> processes, AddressSpaces spaces, SeccompCapture seccomp) {
        this.processes = processes;
        this.spaces = spaces;
        this.seccomp = seccomp;
    }

    /** The process that /proc knows by a thread. */
    @Nullable
    FrozenProcess process(int tid) {
        for (FrozenProcess process : processes) {
            if (process.member().tid() == tid) {
                return process;
            }
        }
        return null;
    }

    /** The address space of a process. */
    ObjectId spaceOf(FrozenProcess process) {
        return spaces.of(process.member());
    }

    /** What is known of the registered mappings of a process. */
    FaultPages pages(FrozenProcess process) {
        return spaces.faultPages(spaceOf(process));
    }

    /** Whether one process stems from another, or is it. */
    boolean stemsFrom(FrozenProcess process, FrozenProcess ancestor) {
        int pid = process.member().pid();
        while (pid != 0) {
            if (pid == ancestor.member().pid()) {
                return true;
            }
            int parent = 0;
            for (FrozenProcess one : processes) {
                if (one.member().pid() == pid) {
                    parent = one.member().parent();
                }
            }
            pid = parent;
        }
        return false;
    }

    /** Which of some calls a process must not make. */
    List<String> forbidden(FrozenProcess process, Map<String, Integer> calls) {
        Set<String> forbidden = new TreeSet<>();
        for (FrozenProcess sharer : sharers(process)) {
            for (Tracee tracee : sharer.freeze().tracees()) {
                forbidden.addAll(SeccompLook.forbidden(seccomp, tracee, calls));
            }
        }
        return List.copyOf(forbidden);
    }

    private List<FrozenProcess> sharers(FrozenProcess process) {
        ObjectId space = spaceOf(process);
        return processes.stream().filter(one -> spaceOf(one).equals(space)).toList();
    }

    /**
     * Whether a userfaultfd serves the memory of the process that has it under this number. UFFDIO_MOVE is for who lives in
     * that memory alone; where nothing is mapped it moves nothing.
     */
    boolean serves(FrozenProcess process, int number) throws KernelException {
        long nothing = behindSegment(process);
        ProgramBuilder p = new ProgramBuilder();
        Step asked = p.attempt(
                SYS_ioctl,
                Arg.of(number),
                Arg.of(Uffd.UFFDIO_MOVE),
                p.longs(nothing, nothing + PageRun.PAGE_SIZE, PageRun.PAGE_SIZE, 0, 0));
        p.end();
        ProgramResults results = process.takeover().run(p.build());
        long result = results.result(asked);
        return Door.isError(result) && Errno.of(result) == Errno.ENOENT;
    }

    // The segment has a wide berth.
    private static long behindSegment(FrozenProcess process) {
        Segment segment = process.takeover().segment();
        return segment.address().value() + segment.size() + BERTH;
    }

    /** Whether it gets faults of the kernel, too. */
    FaultProbe.Answer probe(FrozenProcess process, int number) throws KernelException {
        FaultProbe probe = new FaultProbe(number);
        List<Takeover> takeovers =
                sharers(process).stream().map(FrozenProcess::takeover).toList();
        return probe.answer(Standstill.run(takeovers, probe.program()));
    }

    /**
     * The mappings of a process that are registered with a userfaultfd that serves it: registering one again in the
     * same modes does nothing, and fails with another than its own.
     */
    List<PageRun> ranges(FrozenProcess process, LiveDescriptor d) throws KernelException {
        List<PageRun> ranges = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(4 * Long.BYTES, Long.BYTES);
            for (Mapping mapping : pages(process).mappings()) {
                long[] words = {mapping.start(), mapping.bytes(), modes(mapping), 0};
                MemorySegment.copy(words, 0, request, ValueLayout.JAVA_LONG, 0, words.length);
                long result = Door.call(SYS_ioctl, d.copy().number(), Uffd.UFFDIO_REGISTER, request.address());
                if (!Door.isError(result)) {
                    served.add(new Place(spaceOf(process), mapping.start()));
                    ranges.add(new PageRun(mapping.start(), mapping.bytes() / PageRun.PAGE_SIZE));
                } else if (Errno.of(result) != Errno.EBUSY) {
                    Door.require(result, "UFFDIO_REGISTER", "mapping " + mapping.range());
                }
            }
        }
        return ranges;
    }

    private static long modes(Mapping mapping) {
        return (mapping.has(VmFlag.UFFD_MISSING.smaps()) ? Uffd.UFFDIO_REGISTER_MODE_MISSING : 0)
                | (mapping.has(VmFlag.UFFD_WRITE_PROTECT.smaps()) ? Uffd.UFFDIO_REGISTER_MODE_WP : 0)
                | (mapping.has(VmFlag.UFFD_MINOR.smaps()) ? Uffd.UFFDIO_REGISTER_MODE_MINOR : 0);
    }

    /** Refuses mappings that none of the userfaultfds serves that have been taken. */
    void requireAllServed() throws CannotCapture {
        List<Refusal> refusals = new ArrayList<>();
        for (AddressSpaces.Taken one : spaces.all()) {
            ObjectId space = one.space().id();
            for (Mapping mapping : spaces.faultPages(space).mappings()) {
                if (!served.contains(new Place(space, mapping.start()))) {
                    refusals.add(FaultPages.unserved(mapping).in(one.member().text()));
                }
            }
        }
        if (!refusals.isEmpty()) {
            throw new CannotCapture(refusals);
        }
    }
}
