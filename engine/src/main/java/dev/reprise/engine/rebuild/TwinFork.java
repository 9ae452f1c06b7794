package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prlimit64;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.engine.model.StandardStreams;
import dev.reprise.engine.tracee.KeptCopy;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.engine.tracee.Tracer;
import dev.reprise.engine.tracee.TwinMark;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Cgroups;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.ResourceLimit;
import dev.reprise.image.state.Speculation;
import dev.reprise.image.state.TerminalFile;
import dev.reprise.image.state.Twin;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Prctl;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.Resource;
import dev.reprise.kernel.Smaps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A twin that a program is restored from by a fork of it, where what a fork takes over is what a process of ours would have: its
 * rights, namespaces and limits.
 *
 * @param mapping the segment that it is parked in
 */
record TwinFork(Twin twin, Mapping mapping) {
    private static final List<String> RIGHTS =
            List.of("Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp");

    /** Descriptors that a restore needs beside the image's own. */
    private static final int DESCRIPTORS = 128;

    private static final long PATIENCE_NANOS = 5_000_000_000L;
    private static final long PAUSE_NANOS = 200_000;

    /** Null where the memory must be copied: what cannot be taken, as it is frozen with its control group, may still be read. */
    static @Nullable TwinFork of(Tracer tracer, Image image, RestoreOptions options, Rights rights, Twin twin) {
        try {
            TwinFork fork = fit(image, options, rights, twin);
            if (fork != null) {
                fork.take(tracer).close();
            }
            return fork;
        } catch (KernelException goneOrSilent) {
            return null;
        }
    }

    private static @Nullable TwinFork fit(Image image, RestoreOptions options, Rights rights, Twin twin)
            throws KernelException {
        if (rights.needUserNamespace()
                || !options.detached()
                || options.lazy().isPresent()
                || needsTerminal(image, options)
                // in a namespace its first process makes the session
                || !options.pidNamespace() && FirstSession.of(image, options).byParent()) {
            return null;
        }
        Mapping mapping = KeptCopy.segmentOf(twin.pid(), mark(twin));
        ProcessState process = image.processes().getFirst();
        AddressSpace space = image.object(process.addressSpace(), AddressSpace.class);
        return mapping != null
                        && hasOurRights(twin.pid())
                        && isWhereWeAre(twin.pid())
                        && isInGroupsOf(process, image, twin.pid())
                        && hasOurSecureBits(process)
                        && leavesRoom(process.limits(), image)
                        && has(twin.pid(), TwinSpace.of(space, segment(mapping)))
                ? new TwinFork(twin, mapping)
                : null;
    }

    /**
     * Has a process forked that parks in a segment of ours, with our descriptors of these numbers: the id of it as we see it.
     *
     * @param flags of clone3(2): namespaces
     * @param pid the wanted id; 0 for any
     */
    int fork(Tracer tracer, Segment segment, long control, long flags, int pid, List<Integer> descriptors)
            throws KernelException {
        TwinBirth birth = new TwinBirth(segment, control, flags, pid, descriptors);
        try (KeptCopy copy = take(tracer)) {
            return birth.pid(copy.run(birth.program()));
        }
    }

    // Whoever else has it, has it for a moment.
    private KeptCopy take(Tracer tracer) throws KernelException {
        long start = System.nanoTime();
        while (true) {
            KeptCopy copy = KeptCopy.take(tracer, twin.pid(), mapping, mark(twin));
            if (copy != null) {
                return copy;
            }
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new KernelException("futex", "process " + twin.pid() + ", which holds the memory", Errno.EBUSY);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    // Its session has no terminal.
    private static boolean needsTerminal(Image image, RestoreOptions options) {
        StandardStreams streams = options.standardStreams();
        if (streams.in() == StandardStreams.TERMINAL
                || streams.out() == StandardStreams.TERMINAL
                || streams.err() == StandardStreams.TERMINAL) {
            return true;
        }
        return image.objects().stream().anyMatch(object -> object instanceof TerminalFile);
    }

    private static TwinMark mark(Twin twin) {
        return new TwinMark(twin.word(), twin.mark());
    }

    /** Where it is parked: in the way until a fork of it has left. */
    PageRun segment() {
        return segment(mapping);
    }

    private static PageRun segment(Mapping mapping) {
        return new PageRun(mapping.start(), mapping.bytes() / PageRun.PAGE_SIZE);
    }

    private static boolean hasOurRights(int pid) throws KernelException {
        ProcStatus its = ProcStatus.of(pid, pid);
        ProcStatus ours = new ProcStatus(Proc.text("/proc/thread-self/status"));
        return RIGHTS.stream().allMatch(field -> its.field(field).equals(ours.field(field)));
    }

    private static boolean isWhereWeAre(int pid) throws KernelException {
        String its = "/proc/" + pid;
        String ours = "/proc/thread-self";
        if (!Proc.link(its + "/root").equals(Proc.link(ours + "/root"))) {
            return false;
        }
        for (String namespace : Proc.list(ours + "/ns")) {
            if (!Proc.link(its + "/ns/" + namespace).equals(Proc.link(ours + "/ns/" + namespace))) {
                return false;
            }
        }
        return true;
    }

    // It was made by some thread, whose control groups may have been others than the leader's.
    private static boolean isInGroupsOf(ProcessState process, Image image, int pid) throws KernelException {
        ObjectId id = process.leader().modes().cgroups();
        List<Cgroups.Membership> groups = id.equals(ObjectId.NONE)
                ? List.of()
                : image.object(id, Cgroups.class).memberships();
        List<String> ours = List.of(Proc.text("/proc/thread-self/cgroup").split("\n"));
        for (String line : Proc.text("/proc/" + pid + "/cgroup").split("\n")) {
            String path = line.substring(line.indexOf(':', line.indexOf(':') + 1) + 1);
            if (!path.equals("/")
                    && !ours.contains(line)
                    && groups.stream().noneMatch(group -> group.directory().endsWith(path))) {
                return false;
            }
        }
        return true;
    }

    // No file of /proc tells of them, and whichever thread has made it: locked ones keep a restore from what it does.
    private static boolean hasOurSecureBits(ProcessState process) {
        long ours = Door.call(SYS_prctl, Prctl.PR_GET_SECUREBITS);
        Speculation first = process.leader().modes().speculation();
        return process.tasks().stream()
                .allMatch(task -> task.credentials().securebits() == ours
                        && task.modes().speculation().equals(first));
    }

    // It has the program's limits from the beginning, not in the end.
    private static boolean leavesRoom(List<ResourceLimit> limits, Image image) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment own = arena.allocate(Resource.SIZE, Long.BYTES);
            for (ResourceLimit limit : limits) {
                boolean isOfFiles = limit.resource() == Resource.RLIMIT_NOFILE;
                Door.call(SYS_prlimit64, 0, limit.resource(), 0, own.address());
                long needed = isOfFiles ? highest(image) + DESCRIPTORS : own.get(JAVA_LONG, 0);
                if (Long.compareUnsigned(isOfFiles ? limit.hard() : limit.soft(), needed) < 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private static long highest(Image image) {
        return FdTableRebuild.above(image.object(image.processes().getFirst().fdTable(), FdTable.class));
    }

    private static boolean has(int pid, ForkedMemory.@Nullable Part part) throws KernelException {
        if (part == null) {
            return false;
        }
        List<Mapping> there = Smaps.mapsOf(pid);
        int next = 0;
        for (ForkedMemory.Kept one : part.kept()) {
            long at = one.plan().vma().start();
            while (next < there.size() && there.get(next).end() <= at) {
                next++;
            }
            for (int i = next; at < one.plan().vma().end(); i++) {
                boolean isSame = i < there.size()
                        && there.get(i).start() <= at
                        && !there.get(i).shared()
                        && there.get(i).protection() == one.plan().vma().protection();
                if (!isSame) {
                    return false;
                }
                at = there.get(i).end();
            }
        }
        return true;
    }
}
