package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.x86_64.SeedElf;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.DeadProcess;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.ProcessModes;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.ResourceLimit;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Resource;
import dev.reprise.kernel.TimeNamespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compiles an image into the programs that make its processes again: a pure function, and the order of a restore in one
 * place.
 */
final class RestorePlanner {
    /** The address space kept free for a segment: programs are planned before their size is known. */
    private static final long SEGMENT_ROOM = 1L << 30;

    /** The seed's executable stands before the segment, where all is unmapped. */
    private static final long SEED_ROOM = 2L << 20;

    private final Inheritance inheritance;
    private final Image image;
    private final RestoreOptions options;
    private final ClockRebuild.Here here;
    private final LocalVdso vdso;
    private final boolean inUserNamespace;
    private final boolean isForked;
    private final TimeNamespace clocks;
    private final FirstSession session;
    private final Family family;
    private final Map<Integer, ProcessState> processes = new HashMap<>();
    private final Layout layout;
    private final long seedAddress;
    private final Map<Integer, ProcessPlanner> planners = new LinkedHashMap<>();
    private final Map<ObjectId, ProcessPlanner> spaces = new HashMap<>();

    RestorePlanner(Image image, RestoreOptions options, ClockRebuild.Here here, LocalVdso vdso, boolean inUserNamespace)
            throws RestoreException {
        this(image, options, here, vdso, inUserNamespace, null);
    }

    /** {@code twin}: who forks the root, which has its memory from it then. */
    RestorePlanner(
            Image image,
            RestoreOptions options,
            ClockRebuild.Here here,
            LocalVdso vdso,
            boolean inUserNamespace,
            @Nullable TwinFork twin)
            throws RestoreException {
        VdsoRebuild.require(image, vdso);
        this.vdso = vdso;
        inheritance = Inheritance.of(image, options.inherited());
        this.image = inheritance.image();
        this.options = options;
        this.here = here;
        this.inUserNamespace = inUserNamespace;
        isForked = twin != null;
        clocks = switch (options.clock()) {
            case KEEP -> ClockRebuild.wanted(image.machine(), here);
            case HOST -> here.own();
        };
        session = FirstSession.of(image, options);
        family = FamilyPlanner.of(image, session);
        image.processes().forEach(process -> processes.put(process.pid(), process));
        Owners owners = new Owners(family, processes);
        InheritedNamespaces inherited = new InheritedNamespaces(family, processes, owners);
        inherited.require("uts", ProcessModes::utsNamespace);
        inherited.require("ipc", ProcessModes::ipcNamespace);
        if (SeedElf.size() > SEED_ROOM) {
            throw new AssertionError("the seed has grown");
        }
        Holes holes = new Holes(allMappings(), twin == null ? List.of() : List.of(twin.segment()));
        try {
            seedAddress = holes.take(SEED_ROOM + SEGMENT_ROOM);
            layout = layout(holes, owners);
        } catch (Holes.NoRoom noRoom) {
            throw new RestoreException(new Reason.Incapable(String.valueOf(noRoom.getMessage()), ""), noRoom);
        }
        for (Member member : family.members()) {
            if (member.kind() == Member.Kind.PROCESS) {
                ProcessPlanner planner =
                        new ProcessPlanner(layout, member, Objects.requireNonNull(processes.get(member.pid())));
                planners.put(member.number(), planner);
                spaces.putIfAbsent(planner.space().id(), planner);
            }
        }
    }

    private Layout layout(Holes holes, Owners owners) {
        int highest = 0;
        for (ProcessState process : image.processes()) {
            highest = Math.max(highest, FdTableRebuild.above(image.object(process.fdTable(), FdTable.class)));
        }
        Temporaries temporaries = new Temporaries(highest, inheritance.descriptors());
        MemoryFiles.Numbers memoryNumbers = MemoryFiles.Numbers.from(image, temporaries.above());
        Makers makers = new Makers(inheritance, family, processes, memoryNumbers.end());
        return new Layout(
                image,
                options,
                family,
                new PageRun(seedAddress + SEED_ROOM, SEGMENT_ROOM / PageRun.PAGE_SIZE),
                temporaries,
                memoryNumbers,
                CommonMemory.of(makers.commonMemory(), holes),
                makers,
                owners,
                makers.end(),
                vdso,
                clocks.equals(ClockRebuild.wanted(image.machine(), here)),
                isForked,
                inUserNamespace ? OwnUserNamespace.HELD_BACK : Set.of());
    }

    // Processes that are forks of each other have most of them at the same places.
    private List<Vma> allMappings() {
        if (image.processes().size() == 1) {
            return image.object(image.processes().getFirst().addressSpace(), AddressSpace.class)
                    .vmas();
        }
        Map<Long, Vma> longest = new HashMap<>();
        Set<Integer> spaces = new TreeSet<>();
        for (ProcessState process : image.processes()) {
            if (spaces.add(process.addressSpace().value())) {
                for (Vma vma :
                        image.object(process.addressSpace(), AddressSpace.class).vmas()) {
                    longest.merge(vma.start(), vma, (one, other) -> one.end() >= other.end() ? one : other);
                }
            }
        }
        return new ArrayList<>(longest.values());
    }

    /** Lines about the births that have run: control groups that are gone. */
    List<String> warnings(ProgramResults births) {
        Set<String> warnings = new LinkedHashSet<>();
        planners.values().forEach(planner -> warnings.addAll(planner.warnings(births)));
        return List.copyOf(warnings);
    }

    /** All who are born. */
    Family family() {
        return family;
    }

    /** The files that must be there, and how. */
    List<FileCheck> checks() {
        List<FileCheck> checks = new ArrayList<>();
        for (ProcessPlanner planner : planners.values()) {
            checks.addAll(planner.checks());
        }
        return checks;
    }

    /** Where memory contents go: an object's process. */
    ProcessPlanner processOf(ObjectId object) {
        ProcessPlanner planner = spaces.get(object);
        if (planner == null) {
            planner = spaces.get(layout.makers().spaceOf(object));
        }
        return Objects.requireNonNull(planner);
    }

    /** The plan; {@code imagePath} is empty when {@code memory} does not come from a file. */
    RestorePlan plan(String imagePath, LazySplit memory, int loaders) {
        ForkedMemory forked = isForked
                ? TwinSpace.memory(Objects.requireNonNull(planners.get(0)).space(), layout.segment(), memory.eager())
                : ForkedMemory.of(family, planners, memory.eager());
        Map<ProcessPlanner, List<List<PageBatch>>> shares = shares(forked.later(), loaders);
        Blocks blocks = blocks(shares);
        ProgramBuilder p = new ProgramBuilder();
        Births births =
                new Births(p, family, planners, blocks, forked, layout.segment().start());
        ProcessPlanner root = Objects.requireNonNull(planners.get(0));
        boolean isAlone = family.size() == 1;
        beginRoot(p, root, imagePath, births.isRootAwaited(), forked);
        births.add(
                program -> {
                    if (births.isRootAwaited()) {
                        leave(program, root);
                    }
                },
                () -> {
                    if (isAlone) {
                        build(p, root, false, blocks, shares, forked);
                    } else {
                        p.end();
                    }
                });
        List<ProcessPlan> plans = new ArrayList<>();
        Map<Integer, DeadChildren> dead = deadChildren();
        for (ProcessPlanner planner : planners.values()) {
            ProgramBuilder objects = new ProgramBuilder();
            if (isAlone) {
                objects.end();
            } else {
                build(objects, planner, births.forks(planner.member()), blocks, shares, forked);
            }
            plans.add(plan(
                    planner,
                    objects.build(),
                    blocks.of(planner.member()),
                    isLoadedAtOnce(planner, shares) ? List.of() : sharesOf(planner, shares),
                    memory.lazy().get(planner.space().id()),
                    Objects.requireNonNull(dead.get(planner.member().number()))));
        }
        return new RestorePlan(
                seedAddress,
                layout.segment(),
                family,
                p.build(),
                births.forks(),
                plans,
                others(blocks),
                blocks,
                memory,
                forked);
    }

    private void beginRoot(
            ProgramBuilder p, ProcessPlanner root, String imagePath, boolean isAwaited, ForkedMemory forked) {
        if (root.process().pid() == 1) {
            NamespaceInit.mountProc(p);
        }
        ClockRebuild.add(p, clocks, here);
        if (!isAwaited) {
            leave(p, root);
        }
        LimitsRebuild.makeRoom(p, descriptorLimits(), layout.above());
        layout.temporaries().open(p, options.standardStreams(), imagePath);
        if (isForked) {
            ForkedMemoryRebuild.keep(p, forked.of(root.space()));
        } else {
            AddressSpaceRebuild.clear(p, layout.segment());
        }
    }

    private void leave(ProgramBuilder p, ProcessPlanner root) {
        if (session.id() == 0 || root.member().groupId() != session.id()) {
            boolean makesOne = options.detached() && !session.byParent();
            ProcessRebuild.leave(p, makesOne || root.member().leadsSession());
        } // else it is where it belongs, from its birth on
    }

    private List<ResourceLimit> descriptorLimits() {
        List<ResourceLimit> limits = new ArrayList<>();
        for (ProcessState process : image.processes()) {
            for (ResourceLimit limit : process.limits()) {
                if (limit.resource() == Resource.RLIMIT_NOFILE) {
                    limits.add(limit);
                }
            }
        }
        return limits;
    }

    private static void build(
            ProgramBuilder p,
            ProcessPlanner planner,
            boolean forks,
            Blocks blocks,
            Map<ProcessPlanner, List<List<PageBatch>>> shares,
            ForkedMemory forked) {
        int tasks = planner.process().tasks().size();
        List<List<PageBatch>> its = sharesOf(planner, shares);
        int helpers = Math.max(0, its.size() - tasks);
        List<PageBatch> contents = isLoadedAtOnce(planner, shares) ? its.getFirst() : List.of();
        planner.build(p, forks, helpers, blocks.of(planner.member()) + tasks, contents, forked.of(planner.space()));
    }

    private static List<List<PageBatch>> sharesOf(
            ProcessPlanner planner, Map<ProcessPlanner, List<List<PageBatch>>> shares) {
        return shares.getOrDefault(planner, List.of());
    }

    // Little is not worth a word from outside of its own; much is loaded while it is verified.
    private static boolean isLoadedAtOnce(ProcessPlanner planner, Map<ProcessPlanner, List<List<PageBatch>>> shares) {
        List<List<PageBatch>> its = sharesOf(planner, shares);
        return its.size() == 1 && !PageLoading.isLarge(its.getFirst());
    }

    private Map<ProcessPlanner, List<List<PageBatch>>> shares(List<PageBatch> batches, int loaders) {
        Map<ProcessPlanner, List<PageBatch>> own = new LinkedHashMap<>();
        for (PageBatch batch : batches) {
            own.computeIfAbsent(processOf(batch.object()), _ -> new ArrayList<>())
                    .add(batch);
        }
        Map<ProcessPlanner, List<List<PageBatch>>> shares = new HashMap<>();
        own.forEach((planner, list) -> shares.put(
                planner,
                own.size() == 1 || PageLoading.isLarge(list) ? PageLoading.share(list, loaders) : List.of(list)));
        return shares;
    }

    private Blocks blocks(Map<ProcessPlanner, List<List<PageBatch>>> shares) {
        int[] counts = new int[family.size()];
        for (Member member : family.members()) {
            ProcessPlanner planner = planners.get(member.number());
            counts[member.number()] = planner == null
                    ? 1
                    : Math.max(
                            planner.process().tasks().size(),
                            shares.getOrDefault(planner, List.of()).size());
        }
        return new Blocks(counts, layout.segment().start());
    }

    private ProcessPlan plan(
            ProcessPlanner planner,
            Program objects,
            int block,
            List<List<PageBatch>> shares,
            LazySplit.@Nullable Later later,
            DeadChildren dead) {
        List<Program> loads = new ArrayList<>();
        for (List<PageBatch> share : shares) {
            loads.add(planner.load(share));
        }
        List<Program> threads = new ArrayList<>();
        ProcessState process = planner.process();
        for (TaskState task : process.tasks().subList(1, process.tasks().size())) {
            threads.add(planner.thread(task));
        }
        ProcessPlanner.LastProgram last = planner.last();
        return new ProcessPlan(
                planner.member(),
                process,
                block,
                objects,
                loads,
                planner.contents(later),
                planner.table(),
                planner.attributes(dead),
                threads,
                last.program(),
                last.limits(),
                planner.memory().vdso(),
                heard(planner));
    }

    private @Nullable Program heard(ProcessPlanner stopped) {
        if (stopped.process().stopped()) {
            for (ProcessPlanner parent : planners.values()) {
                if (parent.process().pid() == stopped.process().parentPid()) {
                    int depth = parent.member().innerPids().size();
                    return StoppedChild.heard(
                            image,
                            parent.process(),
                            stopped.process(),
                            stopped.member().pidAt(depth));
                }
            }
        }
        return null;
    }

    private Map<Integer, DeadChildren> deadChildren() {
        Map<Integer, List<Member>> ghosts = new HashMap<>();
        Map<Integer, List<Member>> zombies = new HashMap<>();
        Map<Integer, Integer> parents = new HashMap<>();
        image.zombies().forEach(zombie -> parents.put(zombie.pid(), zombie.parentPid()));
        for (Member member : family.members()) {
            if (member.kind() == Member.Kind.GHOST) {
                Member parent = family.parentOf(member);
                if (parent != null) {
                    ghosts.computeIfAbsent(parent.pid(), _ -> new ArrayList<>()).add(member);
                }
            } else if (member.kind() == Member.Kind.ZOMBIE) {
                int parent = parents.getOrDefault(member.pid(), 0);
                zombies.computeIfAbsent(parent, _ -> new ArrayList<>()).add(member);
            }
        }
        Map<Integer, DeadChildren> dead = new HashMap<>();
        for (ProcessPlanner planner : planners.values()) {
            Member member = planner.member();
            dead.put(
                    member.number(),
                    new DeadChildren(
                            ghosts.getOrDefault(member.pid(), List.of()),
                            zombies.getOrDefault(member.pid(), List.of()),
                            member.innerPids().size()));
        }
        return dead;
    }

    private List<BriefLife> others(Blocks blocks) {
        Map<Integer, DeadProcess> zombies = new HashMap<>();
        image.zombies().forEach(zombie -> zombies.put(zombie.pid(), zombie));
        List<BriefLife> others = new ArrayList<>();
        for (Member member : family.members()) {
            switch (member.kind()) {
                case ZOMBIE ->
                    others.add(new BriefLife(
                            member,
                            blocks.of(member),
                            ZombieRebuild.join(family, member),
                            ZombieRebuild.end(Objects.requireNonNull(zombies.get(member.pid())))));
                case GHOST ->
                    others.add(new BriefLife(
                            member, blocks.of(member), ZombieRebuild.join(family, member), ZombieRebuild.endOfGhost()));
                case PROCESS, MIDWIFE -> {}
            }
        }
        return others;
    }
}
