package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.FdInfo;
import dev.reprise.kernel.IoUring;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The mappings of io_urings: which are not as the kernel has made them, or of nothing that the process has open. */
final class IoUringMappings {
    private static final Set<Long> OFFSETS =
            Set.of(IoUring.IORING_OFF_SQ_RING, IoUring.IORING_OFF_CQ_RING, IoUring.IORING_OFF_SQES);

    private static final String SHARED = "several processes have this memory";
    private static final String NOT_OPEN = "its process has not got it open";

    private IoUringMappings() {}

    /** Whether a mapping is one. */
    static boolean isOne(Mapping mapping) {
        return mapping.path().equals(IoUring.LINK);
    }

    /** The lowest number under which a process has the ring of a mapping open (of a packet socket, too); -1: it has not. */
    static int descriptorOf(int pid, Mapping mapping) throws KernelException {
        String directory = "/proc/" + pid + "/fd";
        for (int number : Proc.numbers(directory)) {
            if (Proc.link(directory + "/" + number).equals(mapping.path())
                    && FdInfo.of(pid, number).inode() == mapping.inode()) {
                return number;
            }
        }
        return -1;
    }

    /** Those that cannot be made again. */
    static List<Refusal> of(List<Mapping> mappings) {
        List<Refusal> refusals = new ArrayList<>(0);
        for (Mapping mapping : mappings) {
            if (isOne(mapping) && !(mapping.shared() && OFFSETS.contains(mapping.offset()))) {
                refusals.add(refusal(mapping, "it is a part of a ring, or of registered buffers"));
            }
        }
        return refusals;
    }

    /** Those of rings that are not among {@code open} (their inodes), which the process has open; {@code sharers}: how many processes have the memory. */
    static List<Refusal> of(List<Mapping> mappings, Set<Long> open, int sharers) {
        List<Refusal> refusals = new ArrayList<>(0);
        for (Mapping mapping : mappings) {
            if (isOne(mapping)) {
                if (sharers > 1) {
                    refusals.add(refusal(mapping, SHARED));
                } else if (!open.contains(mapping.inode())) {
                    refusals.add(refusal(mapping, NOT_OPEN));
                }
            }
        }
        return refusals;
    }

    /** That nothing has come up since the look: the rings of all mappings are in their processes' own tables. */
    static void requireOpen(Image image) throws CannotCapture {
        List<Refusal> refusals = new ArrayList<>(0);
        for (ProcessState process : image.processes()) {
            PacketRings.requireOpen(image, process, refusals);
            AddressSpace space = image.object(process.addressSpace(), AddressSpace.class);
            Set<Integer> open = new HashSet<>();
            for (Descriptor descriptor :
                    image.object(process.fdTable(), FdTable.class).descriptors()) {
                if (image.object(descriptor.openFile(), OpenFile.class) instanceof dev.reprise.image.state.IoUring) {
                    open.add(descriptor.number());
                }
            }
            boolean isShared = image.processes().stream()
                            .filter(one -> one.addressSpace().equals(space.id()))
                            .count()
                    > 1;
            for (Vma vma : space.vmas()) {
                if (vma.backing() instanceof Backing.IoUringMemory memory) {
                    String range = Long.toHexString(vma.start()) + "-" + Long.toHexString(vma.end());
                    if (isShared) {
                        refusals.add(refusal(range, SHARED));
                    } else if (!open.contains(memory.descriptor())) {
                        refusals.add(refusal(range, NOT_OPEN));
                    }
                }
            }
        }
        if (!refusals.isEmpty()) {
            throw new CannotCapture(refusals);
        }
    }

    private static Refusal refusal(Mapping mapping, String why) {
        return refusal(mapping.range(), why);
    }

    private static Refusal refusal(String range, String why) {
        return new Refusal("io_uring", "mapping " + range, why, "unmap it");
    }
}
