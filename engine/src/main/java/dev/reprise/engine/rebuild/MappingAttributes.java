package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_madvise;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mlock2;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mprotect;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mseal;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Mman;
import dev.reprise.kernel.PrctlMemory;
import java.util.List;

/**
 * The last words about each mapping, when its contents are there.
 *
 * <p>Order: protection, advice and names; then guards, which a locked mapping does not take; then locks; seals last.
 */
final class MappingAttributes {
    private MappingAttributes() {}

    static void add(ProgramBuilder p, Image image, AddressSpace space, List<MappingPlan> plans) {
        for (MappingPlan plan : plans) {
            if (!(plan.vma().backing() instanceof Backing.Kernel)) {
                protect(p, plan);
                advise(p, plan.vma());
                name(p, image, plan.vma());
            }
        }
        for (PageRun guard : space.guards()) {
            p.call(SYS_madvise, guard.start(), guard.bytes(), Mman.MADV_GUARD_INSTALL)
                    .about("a guard region");
        }
        for (MappingPlan plan : plans) {
            lock(p, plan.vma());
        }
    }

    private static void protect(ProgramBuilder p, MappingPlan plan) {
        Vma vma = plan.vma();
        boolean made = vma.backing() instanceof Backing.SharedMemory
                && vma.shared(); // the copies of shared anonymous memory have its maker's protection
        if (made || plan.isTwin() || plan.loadingProtection() != vma.protection()) {
            p.call(SYS_mprotect, vma.start(), vma.bytes(), vma.protection()).about(AddressSpaceRebuild.name(vma));
        }
    }

    private static void advise(ProgramBuilder p, Vma vma) {
        if (vma.backing() instanceof Backing.SharedMemory) {
            HugePageAdvice.addNow(p, vma);
        }
        // mmap(MAP_DROPPABLE) has said these itself.
        boolean droppable = vma.has(VmFlag.DROPPABLE);
        advise(p, vma, vma.has(VmFlag.SEQUENTIAL), Mman.MADV_SEQUENTIAL);
        advise(p, vma, vma.has(VmFlag.RANDOM), Mman.MADV_RANDOM);
        advise(p, vma, vma.has(VmFlag.DONT_FORK), Mman.MADV_DONTFORK);
        advise(p, vma, vma.has(VmFlag.MERGEABLE), Mman.MADV_MERGEABLE);
        advise(p, vma, !droppable && vma.has(VmFlag.DONT_DUMP), Mman.MADV_DONTDUMP);
        advise(p, vma, !droppable && vma.has(VmFlag.WIPE_ON_FORK), Mman.MADV_WIPEONFORK);
    }

    private static void advise(ProgramBuilder p, Vma vma, boolean wanted, int advice) {
        if (wanted) {
            p.call(SYS_madvise, vma.start(), vma.bytes(), advice).about(AddressSpaceRebuild.name(vma));
        }
    }

    private static void name(ProgramBuilder p, Image image, Vma vma) {
        String name = switch (vma.backing()) {
            case Backing.Anonymous anonymous -> anonymous.name();
            case Backing.SharedMemory shared -> nameOf(image.object(shared.memory(), MemoryObject.class));
            case Backing.MappedFile _,
                    Backing.Device _,
                    Backing.Kernel _,
                    Backing.AioRing _,
                    Backing.IoUringMemory _,
                    Backing.PacketRing _ -> "";
        };
        if (!name.isEmpty()) {
            p.call(
                            SYS_prctl,
                            Arg.of(PrctlMemory.PR_SET_VMA),
                            Arg.of(PrctlMemory.PR_SET_VMA_ANON_NAME),
                            Arg.of(vma.start()),
                            Arg.of(vma.bytes()),
                            p.string(name))
                    .about(AddressSpaceRebuild.name(vma));
        }
    }

    private static String nameOf(MemoryObject object) {
        return object.kind() == MemoryObject.Kind.SHARED_ANONYMOUS ? object.name() : "";
    }

    // The kernel locks even where it cannot fetch all pages (no access), and says ENOMEM then.
    private static void lock(ProgramBuilder p, Vma vma) {
        if (vma.has(VmFlag.LOCKED)) {
            int flags = vma.has(VmFlag.LOCKED_ON_FAULT) ? Mman.MLOCK_ONFAULT : 0;
            p.attempt(SYS_mlock2, vma.start(), vma.bytes(), flags).about(AddressSpaceRebuild.name(vma));
        }
    }

    /** Seals: nothing about these mappings can change any more. */
    static void seal(ProgramBuilder p, List<MappingPlan> plans) {
        for (MappingPlan plan : plans) {
            Vma vma = plan.vma();
            if (vma.has(VmFlag.SEALED) && !(vma.backing() instanceof Backing.Kernel)) {
                p.call(SYS_mseal, vma.start(), vma.bytes(), 0).about(AddressSpaceRebuild.name(vma));
            }
        }
    }
}
