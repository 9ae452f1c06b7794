package dev.reprise.engine.capture;

import dev.reprise.engine.tracee.IpcResidences;
import dev.reprise.engine.tracee.Segment;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.IpcResidence;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.SysvIpc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The address spaces of a frozen set, each once, a parent's before its children's, and the memory that they share. */
final class AddressSpaces implements AutoCloseable {
    /** One, and the first process that lives in it. */
    record Taken(Member member, AddressSpace space) {
        /** All pages that it has, those that it shares with its parent included; ascending. */
        List<PageRun> pages() {
            if (space.inherited().isEmpty()) {
                return space.runs();
            }
            List<PageRun> pages = new ArrayList<>(space.runs());
            pages.addAll(space.inherited());
            pages.sort((a, b) -> Long.compareUnsigned(a.start(), b.start()));
            return pages;
        }
    }

    private final MemoryObjectCapture memoryObjects = new MemoryObjectCapture();
    private final Map<DeviceInode, MappedFiles.MappedFile> files;
    private final List<Taken> all = new ArrayList<>();
    private final Map<ObjectId, FaultPages> faultPages = new HashMap<>();
    private final Map<Integer, Taken> byPid = new HashMap<>();

    /** {@code files}: what is known of mapped files already. */
    AddressSpaces(Map<DeviceInode, MappedFiles.MappedFile> files) {
        this.files = files;
    }

    /** Adds the records of all to {@code objects}; processes in the order of their set. */
    void take(
            List<FrozenProcess> processes,
            Sharing sharing,
            IpcResidences residences,
            SeccompCapture seccomp,
            ObjectTable objects)
            throws KernelException, CannotCapture {
        MappedFiles.refresh(files);
        Iterator<AddressSpaceCapture.@Nullable Seen> seen = Readers.all(
                        processes.stream()
                                .map(FrozenProcess::member)
                                .filter(sharing::isFirst)
                                .toList(),
                        member -> AddressSpaceCapture.Seen.of(member.tid()))
                .iterator();
        for (FrozenProcess process : processes) {
            Member member = process.member();
            Taken known = byPid.get(sharing.firstOf(member).pid());
            if (known == null) {
                Segment segment = process.takeover().segment();
                PageRun ours = new PageRun(segment.address().value(), segment.size() / PageRun.PAGE_SIZE);
                try (IpcResidence.Stay _ = residences.of(member.tid()).enter()) {
                    AddressSpaceCapture capture = new AddressSpaceCapture(member.tid(), files);
                    AddressSpace space = capture.take(
                            Objects.requireNonNull(seen.next()),
                            objects,
                            memoryObjects,
                            inheritance(member),
                            process.addressSpace(),
                            new MappingPolicies(process.takeover(), process.policies()),
                            new AioRings(sharers(processes, sharing, member), seccomp),
                            ours);
                    faultPages.put(space.id(), capture.faultPages());
                    known = new Taken(member, space);
                    all.add(known);
                }
            }
            byPid.put(member.pid(), known);
        }
    }

    // The first of them, which has the memory's segment, stands first.
    private static List<FrozenProcess> sharers(List<FrozenProcess> processes, Sharing sharing, Member first) {
        return processes.stream()
                .filter(process -> sharing.firstOf(process.member()).pid() == first.pid())
                .toList();
    }

    /** Adds a System V segment that nobody has attached, of the namespace in which this thread stays. */
    void takeUnattached(SysvIpc.Entry segment, String namespace, ObjectTable objects)
            throws KernelException, CannotCapture {
        UnattachedSegment.take(segment, namespace, memoryObjects, objects);
    }

    private Inheritance inheritance(Member member) {
        Taken parent = byPid.get(member.parent());
        return parent == null
                ? Inheritance.NONE
                : new Inheritance(parent.member().tid(), parent.space().id(), parent.pages());
    }

    /** The address space of a process. */
    ObjectId of(Member member) {
        @Nullable Taken taken = byPid.get(member.pid());
        return taken == null ? ObjectId.NONE : taken.space().id();
    }

    /** The mappings of one that are registered with userfaultfds. */
    FaultPages faultPages(ObjectId space) {
        return faultPages.getOrDefault(space, FaultPages.NONE);
    }

    /** Each once. */
    List<Taken> all() {
        return all;
    }

    /** The memory objects behind them, open for reading. */
    List<MemoryFile> memoryFiles() {
        return memoryObjects.files();
    }

    @Override
    public void close() {
        memoryObjects.close();
    }
}
