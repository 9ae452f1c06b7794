package dev.reprise.engine.capture;

import dev.reprise.engine.tracee.ForestTakeover;
import dev.reprise.engine.tracee.RestartedSleeps;
import dev.reprise.engine.tracee.Takeover;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.DeadProcess;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SemaphoreUndo;
import dev.reprise.image.state.SignalHandlers;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.Vdso;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The records of a frozen set: objects that its processes share first, then process by process. */
final class ForestCapture {
    private final ProcessSet set;
    private final SetSharing sharing;
    private final ForestTakeover takeover;
    private final IdLevel level;
    private final List<FrozenProcess> processes;
    private final ObjectTable objects = new ObjectTable();

    /** {@code processes}: all members of the set in its order, asked. */
    ForestCapture(ProcessSet set, SetSharing sharing, ForestTakeover takeover, List<FrozenProcess> processes)
            throws KernelException {
        this.set = set;
        this.sharing = sharing;
        this.takeover = takeover;
        this.processes = processes;
        this.level = IdLevel.of(set.members().getFirst().tid());
    }

    /** What was found out before the freeze, because it needs no freeze or cannot be seen in it. */
    record Before(
            SchedulingCapture scheduling,
            Bytes vdso,
            Map<Integer, RestartedSleeps> sleeps,
            Map<Integer, CgroupCapture> cgroups) {
        /** Looks at running processes. */
        static Before of(ProcessSet looked) throws KernelException {
            Before before =
                    new Before(new SchedulingCapture(), Bytes.of(Vdso.code()), new HashMap<>(), new HashMap<>());
            for (Member member : looked.members()) {
                try {
                    before.sleeps.put(member.pid(), RestartedSleeps.of(member.pid()));
                    before.cgroups.put(member.pid(), new CgroupCapture(member.pid()));
                } catch (KernelException ended) {
                    Gone.requireGone(ended);
                }
            }
            return before;
        }

        RestartedSleeps sleepsOf(Member member) {
            return sleeps.getOrDefault(member.pid(), RestartedSleeps.NONE);
        }

        // A process that has come since is asked now.
        CgroupCapture cgroupsOf(Member member) throws KernelException {
            CgroupCapture known = cgroups.get(member.pid());
            return known == null ? new CgroupCapture(member.pid()) : known;
        }
    }

    private boolean isUnheard(Member child) {
        return processes.stream()
                .anyMatch(parent -> parent.member().pid() == child.parent()
                        && parent.unheard().contains(child.pid()));
    }

    /** Takes everything but the contents of memory. */
    Image take(Before before, SeccompCapture seccomp, AddressSpaces spaces, DescriptorCapture descriptors)
            throws KernelException, CannotCapture {
        descriptors.begin(set);
        FrozenStatuses statuses = FrozenStatuses.of(processes);
        ChangeGuard guard = guard(seccomp);
        IpcNamespaceCapture namespaces = new IpcNamespaceCapture(takeover, objects, guard);
        namespaces.take();
        Venue.take(objects);
        spaces.take(processes, sharing.memory(), takeover.residences(), seccomp, objects);
        Map<Integer, ObjectId> tables = descriptors.take(
                set,
                sharing.descriptors(),
                numbers(),
                level,
                guard,
                new FaultServers(processes, spaces, seccomp),
                objects);
        List<SemaphoreUndo> undos = new ArrayList<>();
        Set<Integer> pids = new HashSet<>();
        for (FrozenProcess process : processes) {
            if (!takeover.residences().of(process.member().tid()).isForeign()) {
                pids.add(process.member().pid());
                undos.addAll(process.process().modes().undos());
            }
        }
        namespaces.takeObjects(spaces);
        new IpcCapture(pids, objects).take(undos);
        Map<Integer, ObjectId> directories = directories(statuses);
        Map<Integer, ObjectId> handlers = handlers();
        List<ProcessState> states = new ArrayList<>(processes.size());
        for (FrozenProcess process : processes) {
            Member member = process.member();
            states.add(ProcessCapture.take(
                    member,
                    level,
                    statuses,
                    process.process(),
                    new ProcessCapture.Objects(
                            spaces.of(member),
                            tables.getOrDefault(member.pid(), ObjectId.NONE),
                            directories.getOrDefault(
                                    sharing.directories().firstOf(member).pid(), ObjectId.NONE),
                            handlers.getOrDefault(
                                    sharing.handlers().firstOf(member).pid(), ObjectId.NONE),
                            UtsCapture.take(member.tid(), process.uts(), objects),
                            objects.find(takeover.residences().of(member.tid()).name())),
                    process.sharedPendingSignals(),
                    process.freeze().wasStopped(),
                    process.freeze().wasStopped() && isUnheard(member),
                    process.tasks(
                            level,
                            statuses,
                            before.scheduling,
                            before.sleepsOf(member),
                            before.cgroupsOf(member),
                            seccomp,
                            objects)));
        }
        List<DeadProcess> zombies = zombies();
        OutsideIds outside = OutsideIds.of(set, memberships(statuses));
        FrozenProcess root = processes.getFirst();
        Image image = new Image(
                MachineCapture.take(root.member().tid(), root.freeze().leader().xstate(), before.vdso),
                objects.objects(),
                states,
                zombies,
                outside.groups(),
                outside.sessions());
        IoUringMappings.requireOpen(image);
        return image;
    }

    private Map<Integer, OpenNumbers> numbers() {
        Map<Integer, OpenNumbers> numbers = new HashMap<>();
        for (FrozenProcess process : processes) {
            OpenNumbers its = process.numbers();
            if (its != null) {
                numbers.put(process.member().pid(), its);
            }
        }
        return numbers;
    }

    // /proc knows a process by a thread that lives.
    private ChangeGuard guard(SeccompCapture seccomp) {
        Map<Integer, Takeover> takeovers = new HashMap<>();
        for (FrozenProcess process : processes) {
            takeovers.put(process.member().tid(), process.takeover());
        }
        return new ChangeGuard(takeovers, seccomp);
    }

    private Map<Integer, ObjectId> directories(FrozenStatuses statuses) throws KernelException {
        Map<Integer, ObjectId> ids = new HashMap<>();
        for (Member member : set.members()) {
            if (sharing.directories().isFirst(member)) {
                ObjectId id = objects.newId();
                objects.add(FsContextCapture.take(member.tid(), id, statuses.of(member.tid())));
                ids.put(member.pid(), id);
            }
        }
        return ids;
    }

    private Map<Integer, ObjectId> handlers() {
        Map<Integer, ObjectId> ids = new HashMap<>();
        for (FrozenProcess process : processes) {
            Member member = process.member();
            if (sharing.handlers().isFirst(member)) {
                ObjectId id = objects.newId();
                objects.add(new SignalHandlers(id, process.process().actions()));
                ids.put(member.pid(), id);
            }
        }
        return ids;
    }

    private List<DeadProcess> zombies() throws KernelException {
        List<DeadProcess> zombies = new ArrayList<>(set.zombies().size());
        for (Member zombie : set.zombies()) {
            zombies.add(ZombieCapture.take(zombie, level));
        }
        return zombies;
    }

    private List<OutsideIds.Membership> memberships(FrozenStatuses statuses) throws KernelException {
        List<OutsideIds.Membership> memberships = new ArrayList<>();
        for (int pid : set.ids()) {
            ProcStat stat = ProcStat.of(pid);
            ProcStatus status = statuses.of(pid);
            memberships.add(new OutsideIds.Membership(
                    stat.group(), level.id(status, "NSpgid"), stat.session(), level.id(status, "NSsid")));
        }
        return memberships;
    }
}
