package dev.reprise.engine.rebuild;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.DeletedFile;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemFd;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.Pseudoterminal;
import dev.reprise.image.state.PseudoterminalEnd;
import dev.reprise.image.state.RegularFile;
import dev.reprise.image.state.SharedMemorySegment;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.Vma;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which member of a family makes each open file and each memory object: the last common ancestor of all who have it,
 * before it forks. Pure.
 *
 * <p>What belongs together (the ends of a pipe) has one maker, and what an open file holds itself (the members of an
 * epoll set) is there when it is made.
 */
final class Makers {
    private final Image image;
    private final Together together;
    private final Family family;
    private final Map<ObjectId, Member> tableOwners = new LinkedHashMap<>();
    private final Map<ObjectId, Member> spaceOwners = new LinkedHashMap<>();
    private final Map<ObjectId, Member> makers = new HashMap<>();
    private final Map<ObjectId, List<OpenFile>> files = new HashMap<>();
    private final Map<ObjectId, Integer> spaceCounts = new HashMap<>();
    private final Map<ObjectId, List<OpenFile>> made = new HashMap<>();
    private final Map<ObjectId, Integer> common = new LinkedHashMap<>();
    private final Map<ObjectId, Integer> streams;
    private final Map<ObjectId, Integer> controlling = new LinkedHashMap<>();
    private final Set<ObjectId> opened;
    private final Set<ObjectId> finished = new HashSet<>();
    private final Map<ObjectId, List<ObjectId>> madeInSpace = new HashMap<>();
    private final Map<ObjectId, List<ObjectId>> filesMade = new HashMap<>();
    private final Map<Integer, ProcessState> processes;
    private int end;
    private Map<ObjectId, Integer> commonNumbers = Map.of();

    /** {@code firstCommon}: the lowest number for what is inherited; all from there on are free in all tables. */
    Makers(Inheritance inheritance, Family family, Map<Integer, ProcessState> processes, int firstCommon) {
        this.image = inheritance.image();
        this.together = new Together(image);
        this.opened = OpenedMemory.of(image);
        this.family = family;
        this.processes = processes;
        for (Member member : family.members()) {
            ProcessState process = processes.get(member.pid());
            if (member.kind() == Member.Kind.PROCESS && process != null) {
                tableOwners.putIfAbsent(process.fdTable(), member);
                spaceOwners.putIfAbsent(process.addressSpace(), member);
            }
        }
        List<FdTable> tables = new ArrayList<>();
        tableOwners.keySet().forEach(id -> tables.add(image.object(id, FdTable.class)));
        streams = Map.copyOf(TableShare.streams(inheritance, tables));
        addUsers(tables);
        addUnattached();
        addSessions();
        addHolders();
        addMadeMemory();
        addCommon(tables, firstCommon);
    }

    // Whatever somebody has who does not make it, or nobody keeps who makes it, needs a number at which it is found.
    private void addCommon(List<FdTable> tables, int first) {
        int next = first;
        Set<ObjectId> kept = new HashSet<>();
        for (FdTable table : tables) {
            for (OpenFile file : filesOf(table)) {
                ObjectId maker = makerOf(file);
                if (isOpenedByEach(file) || table.id().equals(maker)) {
                    kept.add(file.id());
                    made.computeIfAbsent(table.id(), _ -> new ArrayList<>()).add(file);
                } else if (!common.containsKey(file.id())) {
                    common.put(file.id(), next++);
                }
            }
        }
        for (SharedObject object : image.objects()) {
            if (object instanceof OpenFile file && makers.containsKey(together.of(file)) && kept.add(file.id())) {
                made.computeIfAbsent(makerOf(file), _ -> new ArrayList<>()).add(file);
                if (!common.containsKey(file.id())) {
                    common.put(file.id(), next++);
                }
            }
        }
        for (ObjectId file : neededBySets()) {
            if (!common.containsKey(file)) {
                common.put(file, next++);
            }
        }
        for (ObjectId master : controlling.keySet()) {
            if (!common.containsKey(master)) {
                common.put(master, next++);
            }
        }
        end = next;
        commonNumbers = Map.copyOf(common);
    }

    // A set may watch what its maker has closed, and an ancestor has made and kept under numbers of its own.
    private Set<ObjectId> neededBySets() {
        Set<ObjectId> needed = new LinkedHashSet<>();
        for (SharedObject object : image.objects()) {
            if (object instanceof Epoll set && makers.containsKey(together.of(set))) {
                Set<ObjectId> there = new HashSet<>();
                for (OpenFile file : filesOf(image.object(makerOf(set), FdTable.class))) {
                    there.add(file.id());
                }
                for (EpollMember member : set.members()) {
                    if (!there.contains(member.target())
                            && !isOpenedByEach(image.object(member.target(), OpenFile.class))) {
                        needed.add(member.target());
                    }
                }
            }
        }
        return needed;
    }

    // The leader of a session takes its terminal before it forks anybody: whether it has it open or not.
    private void addSessions() {
        Map<ObjectId, Integer> sessions = new HashMap<>();
        for (SharedObject object : image.objects()) {
            if (object instanceof Pseudoterminal terminal && terminal.session() != 0) {
                sessions.put(terminal.id(), terminal.session());
            } else if (object instanceof PseudoterminalEnd end
                    && end.master()
                    && sessions.containsKey(end.terminal())) {
                int session = Objects.requireNonNull(sessions.get(end.terminal()));
                for (Member member : family.members()) {
                    if (member.kind() == Member.Kind.PROCESS && member.pid() == session) {
                        use(end.id(), member);
                        controlling.put(end.id(), session);
                    }
                }
            }
        }
    }

    /** The open file of the terminal that a process takes for its session; {@link ObjectId#NONE}: it takes none. */
    ObjectId terminalOf(int session) {
        for (Map.Entry<ObjectId, Integer> one : controlling.entrySet()) {
            if (one.getValue() == session) {
                return one.getKey();
            }
        }
        return ObjectId.NONE;
    }

    // Restore's own, or what is there only when all are born: nobody inherits it.
    private boolean isOpenedByEach(OpenFile file) {
        return streams.containsKey(file.id()) || LateFiles.isOne(file, image);
    }

    private List<OpenFile> filesOf(FdTable table) {
        return files.computeIfAbsent(table.id(), _ -> TableShare.files(image, table));
    }

    // The table of the member that makes it.
    private ObjectId makerOf(OpenFile file) {
        return tableOf(makers.get(together.of(file)));
    }

    private ObjectId tableOf(@Nullable Member member) {
        if (member == null) {
            throw new IllegalArgumentException("an object that nobody has");
        }
        return processOf(member).fdTable();
    }

    private ProcessState processOf(Member member) {
        return Objects.requireNonNull(processes.get(member.pid()));
    }

    /** The number above all common ones. */
    int end() {
        return end;
    }

    /** What the owner of a table has to do; asked once for each table, in the order of births. */
    TableShare share(FdTable table) {
        List<OpenFile> inherited = new ArrayList<>();
        List<OpenFile> first = new ArrayList<>();
        for (OpenFile file : filesOf(table)) {
            if (!isOpenedByEach(file) && !table.id().equals(makerOf(file))) {
                inherited.add(file);
            }
            if (finished.add(file.id())) {
                first.add(file);
            }
        }
        List<OpenFile> all = made.getOrDefault(table.id(), List.of());
        List<OpenFile> sent = all.stream().filter(together::isOnlySent).toList();
        return new TableShare(all, inherited, sent, first, commonNumbers, streams);
    }

    /** The member that owns a table: the first that has it. */
    Member ownerOfTable(ObjectId table) {
        return Objects.requireNonNull(tableOwners.get(table));
    }

    /** The member that owns an address space: the first that has it. */
    Member ownerOfSpace(ObjectId space) {
        return Objects.requireNonNull(spaceOwners.get(space));
    }

    /** The memory objects that are made before anybody forks. */
    List<MemoryObject> commonMemory() {
        List<MemoryObject> common = new ArrayList<>();
        for (SharedObject object : image.objects()) {
            if (object instanceof MemoryObject memory && makers.containsKey(memory.id()) && isCommon(memory)) {
                common.add(memory);
            }
        }
        return common;
    }

    private boolean isCommon(MemoryObject memory) {
        return switch (memory.kind()) {
            case MEMFD, HUGE_MEMFD -> false; // found by its descriptor
            case SYSTEM_V, HUGE_SYSTEM_V -> false; // found by its id
            case HUGE_ANONYMOUS -> false; // one process's only
            case FILE_CONTENTS -> !DeletedFileRebuild.is(memory);
            case SHARED_ANONYMOUS -> spaceCounts.getOrDefault(memory.id(), 0) > 1 && !opened.contains(memory.id());
        };
    }

    /** What a process has to do with memory objects. */
    MemoryShare memoryShare(ProcessState process, CommonMemory common) {
        Set<ObjectId> made = new HashSet<>();
        Set<ObjectId> objects = new TreeSet<>(Comparator.comparingInt(ObjectId::value));
        for (ObjectId object : madeInSpace.getOrDefault(process.addressSpace(), List.of())) {
            made.add(object);
            objects.add(object);
        }
        for (Vma vma : image.object(process.addressSpace(), AddressSpace.class).vmas()) {
            if (vma.backing() instanceof Backing.SharedMemory memory) {
                objects.add(memory.memory());
            }
        }
        List<MemoryObject> all = new ArrayList<>(objects.size());
        objects.forEach(id -> all.add(image.object(id, MemoryObject.class)));
        return new MemoryShare(all, made, common.places(), common.region(), false);
    }

    /** The memory objects whose files the owner of a table makes. */
    List<ObjectId> filesMadeBy(ObjectId table) {
        return filesMade.getOrDefault(table, List.of());
    }

    /** The address space to which the contents of a memory object come. */
    ObjectId spaceOf(ObjectId memory) {
        return processOf(Objects.requireNonNull(makers.get(memory))).addressSpace();
    }

    private void addMadeMemory() {
        for (SharedObject object : image.objects()) {
            Member maker = object instanceof MemoryObject ? makers.get(object.id()) : null;
            if (maker != null) {
                ProcessState process = processOf(maker);
                madeInSpace
                        .computeIfAbsent(process.addressSpace(), _ -> new ArrayList<>())
                        .add(object.id());
                filesMade
                        .computeIfAbsent(process.fdTable(), _ -> new ArrayList<>())
                        .add(object.id());
            }
        }
    }

    private void addUsers(List<FdTable> tables) {
        for (FdTable table : tables) {
            Member owner = Objects.requireNonNull(tableOwners.get(table.id()));
            for (Descriptor descriptor : table.descriptors()) {
                use(descriptor.openFile(), owner);
            }
        }
        spaceOwners.forEach((id, owner) -> {
            Set<ObjectId> counted = new HashSet<>();
            for (Vma vma : image.object(id, AddressSpace.class).vmas()) {
                if (vma.backing() instanceof Backing.SharedMemory memory && counted.add(memory.memory())) {
                    use(memory.memory(), owner);
                    spaceCounts.merge(memory.memory(), 1, Integer::sum);
                }
            }
        });
    }

    // What is in a System V segment that nobody has attached, who makes its namespace attaches for a while.
    private void addUnattached() {
        for (SharedObject object : image.objects()) {
            if (object instanceof SharedMemorySegment segment
                    && !segment.identity().namespace().equals(ObjectId.NONE)
                    && !makers.containsKey(segment.memory())) {
                family.members().stream()
                        .filter(member -> isIn(member, segment.identity().namespace()))
                        .findFirst()
                        .ifPresent(member -> use(segment.memory(), member));
            }
        }
    }

    private boolean isIn(Member member, ObjectId ipcNamespace) {
        ProcessState process = processes.get(member.pid());
        return member.kind() == Member.Kind.PROCESS
                && process != null
                && process.modes().ipcNamespace().equals(ipcNamespace);
    }

    // What one object needs stands before it: backwards, its users are complete when it is looked at.
    private void addHolders() {
        Map<String, ObjectId> kept = new HashMap<>();
        for (SharedObject object : image.objects()) {
            if (object instanceof MemoryObject memory && memory.kind() == MemoryObject.Kind.FILE_CONTENTS) {
                kept.put(memory.name(), memory.id());
            }
        }
        // Messages lead anywhere, so that once may not be enough.
        Map<ObjectId, Member> before = Map.of();
        while (!before.equals(makers)) {
            before = Map.copyOf(makers);
            addHolders(kept);
        }
    }

    private void addHolders(Map<String, ObjectId> kept) {
        for (SharedObject object : image.objects().reversed()) {
            Member maker = object instanceof OpenFile file ? makers.get(together.of(file)) : null;
            if (maker == null) {
                continue;
            }
            switch (object) {
                case Epoll set -> {
                    for (EpollMember member : set.members()) {
                        use(member.target(), maker);
                    }
                }
                case MemFd file -> use(file.memory(), maker);
                case DeletedFile file -> use(file.memory(), maker);
                case RegularFile file -> {
                    ObjectId contents = kept.get(file.file().path());
                    if (contents != null) {
                        use(contents, maker);
                    }
                }
                default -> {}
            }
        }
    }

    private void use(ObjectId id, Member user) {
        SharedObject object = image.object(id, SharedObject.class);
        ObjectId group = object instanceof OpenFile file ? together.of(file) : id;
        makers.merge(group, user, this::ancestor);
    }

    private Member ancestor(Member one, Member other) {
        return family.process(family.ancestor(one, other));
    }
}
