package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Mman;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Smaps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The address space of a process: mappings, what stands behind them, and which pages are only there.
 *
 * <p>{@link #look} before the freeze, {@link #take} inside it; {@link PageOutput} writes the pages afterwards.
 */
final class AddressSpaceCapture {
    private static final int DEFAULT_COREDUMP_FILTER = 0x33;

    private final int pid;
    private final MappedFiles files;
    private final MapCountLimit mapCount;
    private Map<DeviceInode, Mapping> sharedMemory = Map.of();
    private long bytesSeen;
    private FaultPages faultPages = FaultPages.NONE;

    AddressSpaceCapture(int pid, Map<DeviceInode, MappedFiles.MappedFile> knownFiles) {
        this.pid = pid;
        this.mapCount = new MapCountLimit(pid);
        this.files = new MappedFiles(pid, knownFiles);
    }

    /** Everything that is in the way but for other processes' use of its memory; {@code read}: its mappings if they have been read. */
    List<Refusal> look(@Nullable List<Mapping> read) throws KernelException {
        try {
            return lookAt(read);
        } catch (KernelException changed) {
            Gone.requireGone(changed);
            if (read != null) {
                return look(null); // a moment has passed since
            }
            // A process that has ended has no executable; this one is executing another, or has unmapped what was seen.
            Proc.link("/proc/" + pid + "/exe");
            return List.of(new Refusal(
                            "changing address space",
                            "process " + pid,
                            "mappings went while they were looked at",
                            "try again")
                    .thatPasses());
        }
    }

    private List<Refusal> lookAt(@Nullable List<Mapping> read) throws KernelException {
        if (!ExecutableClass.is64Bit(pid)) {
            return List.of(ExecutableClass.refusal());
        }
        List<Mapping> mappings = read == null ? Smaps.of(pid) : read;
        List<Refusal> refusals = new ArrayList<>(mapCount.look(mappings));
        refusals.addAll(MappingRefusals.of(mappings));
        refusals.addAll(AioRings.look(pid, mappings));
        if (refusals.isEmpty()) {
            BackingRefusals backings = new BackingRefusals(files);
            refusals.addAll(backings.of(mappings));
            refusals.addAll(BackingRefusals.ofExecutable(files.executable(), mappings));
            sharedMemory = backings.sharedMemory(mappings);
        }
        if (refusals.isEmpty()) {
            bytesSeen = estimate(mappings);
        }
        return refusals;
    }

    private long estimate(List<Mapping> mappings) throws KernelException {
        long bytes = PageScan.of(pid, withOwnPages(mappings)).bytes();
        try (MemoryObjectCapture objects = new MemoryObjectCapture()) {
            AddressSpaceBackings backings = new AddressSpaceBackings(pid, files, new ObjectTable(), objects, Map.of());
            for (Mapping mapping : mappings) {
                if (!AioRings.isOne(mapping)) {
                    backings.of(mapping);
                }
            }
            return bytes + objects.bytes();
        }
    }

    /** The memory that {@link #look} has found and that others could have, too. */
    Map<DeviceInode, Mapping> sharedMemory() {
        return sharedMemory;
    }

    /** The bytes of memory that an image would have held when {@link #look} was called. */
    long bytesSeen() {
        return bytesSeen;
    }

    /**
     * The record of a frozen process, of which so much has been seen. {@code segment} is our own mapping in it, which is left out (and tells, by its
     * flags, what mlockall(2) has in store for new mappings).
     */
    AddressSpace take(
            Seen seen,
            ObjectTable table,
            MemoryObjectCapture memoryObjects,
            Inheritance inheritance,
            AddressSpaceProbe.Found found,
            MappingPolicies policies,
            AioRings aio,
            PageRun segment)
            throws KernelException, CannotCapture {
        List<Mapping> mappings = new ArrayList<>();
        int lockFlags = 0;
        for (Mapping mapping : seen.mappings) {
            if (mapping.start() == segment.start()) {
                lockFlags = lockFlags(mapping);
            } else if (!SpecialMapping.isVsyscall(mapping)) {
                mappings.add(mapping);
            }
        }
        requireSavable(mappings);
        // first: what is in flight writes to memory
        Map<Long, Backing.AioRing> rings = aio.take(pid, mappings);
        List<Vma> vmas = policies.of(vmas(mappings, new AddressSpaceBackings(pid, files, table, memoryObjects, rings)));
        PageScan pages = seen.pages == null ? pages(pid, mappings) : seen.pages;
        faultPages = FaultPages.of(pid, mappings);
        Inheritance.Shares shares = inheritance.of(pid, faultPages.withoutMarkers(pages.runs()));
        AddressSpace space = new AddressSpace(
                table.newId(),
                MmAddresses.of(pid, found.brk()),
                Bytes.of(Proc.bytes("/proc/" + pid + "/auxv")),
                files.executable().identity(),
                vmas,
                shares.own(),
                shares.inherited().isEmpty() ? ObjectId.NONE : inheritance.parent(),
                shares.inherited(),
                pages.guards(),
                found.dumpable(),
                found.thpDisabled(),
                coredumpFilter(),
                lockFlags);
        table.add(space);
        return space;
    }

    /** What is read of a frozen process beside others: its mappings, and where nothing is on its way to them, its pages. */
    static final class Seen {
        private final List<Mapping> mappings;
        private final @Nullable PageScan pages;

        private Seen(List<Mapping> mappings, @Nullable PageScan pages) {
            this.mappings = mappings;
            this.pages = pages;
        }

        /** May be read on any thread. */
        static Seen of(int pid) throws KernelException {
            List<Mapping> mappings = Smaps.of(pid);
            // what is in flight is waited for first, in take
            boolean writes = mappings.stream().anyMatch(AioRings::isOne);
            return new Seen(mappings, writes ? null : pages(pid, mappings));
        }
    }

    /** The mappings that {@link #take} has found registered with userfaultfds. */
    FaultPages faultPages() {
        return faultPages;
    }

    // What came into being between the look and the freeze.
    private void requireSavable(List<Mapping> mappings) throws CannotCapture, KernelException {
        List<Refusal> refusals = new ArrayList<>(mapCount.look(mappings));
        refusals.addAll(MappingRefusals.of(mappings));
        refusals.addAll(AioRings.look(pid, mappings));
        if (refusals.isEmpty()) {
            refusals.addAll(new BackingRefusals(files).of(mappings));
        }
        if (!refusals.isEmpty()) {
            throw new CannotCapture(refusals);
        }
    }

    private static List<Vma> vmas(List<Mapping> mappings, AddressSpaceBackings backings) throws KernelException {
        VmFlags flags = new VmFlags();
        List<Vma> vmas = new ArrayList<>(mappings.size());
        for (Mapping m : mappings) {
            Backing backing = backings.of(m);
            Set<VmFlag> vmFlags = flags.of(m.flags());
            vmas.add(new Vma(m.start(), m.end(), m.protection(), m.shared(), m.offset(), backing, vmFlags));
        }
        return vmas;
    }

    private static PageScan pages(int pid, List<Mapping> mappings) throws KernelException {
        return PageScan.of(pid, withOwnPages(mappings)).withSharedGuards(pid, mappings);
    }

    // Droppable pages may vanish at any time, so nobody may count on them.
    private static List<Mapping> withOwnPages(List<Mapping> mappings) {
        List<Mapping> own = new ArrayList<>(mappings.size());
        for (Mapping mapping : mappings) {
            if (!mapping.shared() && !SpecialMapping.is(mapping) && !mapping.has(VmFlag.DROPPABLE.smaps())) {
                own.add(mapping);
            }
        }
        return own;
    }

    private static int lockFlags(Mapping segment) {
        if (!segment.has(VmFlag.LOCKED.smaps())) {
            return 0;
        }
        return Mman.MCL_FUTURE | (segment.has(VmFlag.LOCKED_ON_FAULT.smaps()) ? Mman.MCL_ONFAULT : 0);
    }

    private int coredumpFilter() throws KernelException {
        String text = Proc.text("/proc/" + pid + "/coredump_filter").strip();
        return text.isEmpty() ? DEFAULT_COREDUMP_FILTER : Integer.parseUnsignedInt(text, 16);
    }
}
