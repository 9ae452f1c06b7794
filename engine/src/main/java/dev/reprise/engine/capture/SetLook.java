package dev.reprise.engine.capture;

import dev.reprise.engine.model.OutsideLinks;
import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.model.Target;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.IpcResidence;
import dev.reprise.kernel.Kcmp;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Smaps;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Everything that is in the way of a checkpoint of a set, found without touching it: process by process, then between them. */
final class SetLook {
    private final ProcessSet set;
    private final OutsideLinks links;
    private final List<Refusal> refusals = new ArrayList<>();
    private final Map<Member, AddressSpaceCapture> spaces = new LinkedHashMap<>();
    private long bytes;

    private final Map<Member, Set<Long>> openRings = new HashMap<>();
    private boolean servesFaults;

    private SetLook(ProcessSet set, OutsideLinks links) {
        this.set = set;
        this.links = links;
    }

    /** Looks; a target that is not there is a {@link KernelException}. */
    static SetLook at(Target target, OutsideLinks links) throws KernelException {
        SetLook look = new SetLook(ProcessSet.of(target), links);
        if (look.set.members().isEmpty()) {
            throw new KernelException("look", target.text(), Errno.ESRCH);
        }
        CgroupLook cgroups = new CgroupLook();
        for (List<Refusal> its : Readers.all(look.set.members(), member -> look.refusalsOf(member, cgroups))) {
            look.refusals.addAll(Objects.requireNonNull(its));
        }
        look.refusals.addAll(ProcessLook.strangers(look.set));
        if (look.refusals.isEmpty() || look.isWorthLookingAt()) {
            look.shared();
        }
        return look;
    }

    private void shared() throws KernelException {
        refusals.addAll(SharingLook.withOthers(set));
        refusals.addAll(OwnNamespaces.look(set, "uts"));
        refusals.addAll(OwnNamespaces.look(set, "ipc"));
        try (DescriptorCapture descriptors = new DescriptorCapture(set, links)) {
            refusals.addAll(descriptors.look());
            servesFaults = descriptors.servesFaults();
            set.members().forEach(member -> openRings.put(member, descriptors.openRings(member.tid())));
        }
        Sharing memory = Sharing.of(Kcmp.VM, set.members());
        List<Refusal> ipc = IpcNamespaceLook.of(set, memory, false);
        refusals.addAll(ipc);
        Map<DeviceInode, MappedFiles.MappedFile> files = new HashMap<>();
        List<Member> first = set.members().stream().filter(memory::isFirst).toList();
        Iterator<@Nullable List<Mapping>> mappings =
                Readers.all(first, SetLook::mappings).iterator();
        for (Member member : first) {
            List<Mapping> its = mappings.next();
            rings(member, its, memory);
            unlessGone(() -> memory(member, its, files, ipc.isEmpty()));
        }
        refusals.addAll(SharedMemoryLook.of(spaces, set, new MemoryFates(links)));
    }

    private void memory(
            Member member,
            @Nullable List<Mapping> mappings,
            Map<DeviceInode, MappedFiles.MappedFile> files,
            boolean enters)
            throws KernelException {
        try (IpcResidence residence = IpcResidence.of(member.tid())) {
            if (enters || !residence.isForeign()) {
                try (IpcResidence.Stay _ = residence.enter()) {
                    memory(member, mappings, files);
                }
            }
        }
    }

    private void memory(Member member, @Nullable List<Mapping> mappings, Map<DeviceInode, MappedFiles.MappedFile> files)
            throws KernelException {
        AddressSpaceCapture space = new AddressSpaceCapture(member.tid(), files);
        for (Refusal refusal : space.look(mappings)) {
            refusals.add(set.isForest() ? refusal.in(member.text()) : refusal);
        }
        for (Mapping mapping : mappings == null || servesFaults ? List.<Mapping>of() : mappings) {
            if (FaultPages.isOne(mapping)) {
                refusals.add(FaultPages.unserved(mapping).in(member.text()));
            }
        }
        spaces.put(member, space);
        bytes += space.bytesSeen();
    }

    private void rings(Member member, @Nullable List<Mapping> mappings, Sharing memory) {
        List<Member> sharers = memory.groups().stream()
                .filter(group -> group.contains(member))
                .findFirst()
                .orElse(List.of());
        Set<Long> open = openRings.getOrDefault(member, Set.of());
        for (Refusal refusal : IoUringMappings.of(mappings == null ? List.of() : mappings, open, sharers.size())) {
            refusals.add(set.isForest() ? refusal.in(member.text()) : refusal);
        }
    }

    @FunctionalInterface
    private interface Step {
        void take() throws KernelException;
    }

    // What is in the way of it is told by the look itself.
    private static @Nullable List<Mapping> mappings(Member member) {
        try {
            return Smaps.of(member.tid());
        } catch (KernelException failed) {
            return null;
        }
    }

    private List<Refusal> refusalsOf(Member member, CgroupLook cgroups) throws KernelException {
        try {
            return ProcessLook.look(member, cgroups);
        } catch (KernelException ended) {
            requireGone(ended);
            return List.of();
        }
    }

    private void unlessGone(Step step) throws KernelException {
        try {
            step.take();
        } catch (KernelException ended) {
            requireGone(ended);
        }
    }

    // One of many may end at any time; the only one is what the user asked for.
    private void requireGone(KernelException failure) throws KernelException {
        if (!set.isForest()) {
            throw failure;
        }
        Gone.requireGone(failure);
    }

    // Kernel threads and zombies have neither memory nor descriptors.
    private boolean isWorthLookingAt() {
        for (Member member : set.members()) {
            try {
                Proc.link("/proc/" + member.tid() + "/exe");
            } catch (KernelException none) {
                return false;
            }
        }
        return true;
    }

    ProcessSet set() {
        return set;
    }

    List<Refusal> refusals() {
        return refusals;
    }

    /** The bytes of memory that an image would hold. */
    long bytes() {
        return bytes;
    }
}
