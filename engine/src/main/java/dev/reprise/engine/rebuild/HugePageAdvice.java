package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_madvise;

import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Mman;

/** What a mapping was told about huge pages: before its contents come, so that they come as huge pages or not. */
final class HugePageAdvice {
    private HugePageAdvice() {}

    static void add(ProgramBuilder p, Vma vma) {
        // Shared memory is mapped later, kernel pages by the kernel.
        if (vma.backing() instanceof Backing.SharedMemory || vma.backing() instanceof Backing.Kernel) {
            return;
        }
        addNow(p, vma);
    }

    static void addNow(ProgramBuilder p, Vma vma) {
        if (vma.has(VmFlag.HUGE_PAGE)) {
            p.call(SYS_madvise, vma.start(), vma.bytes(), Mman.MADV_HUGEPAGE).about(AddressSpaceRebuild.name(vma));
        }
        if (vma.has(VmFlag.NO_HUGE_PAGE)) {
            p.call(SYS_madvise, vma.start(), vma.bytes(), Mman.MADV_NOHUGEPAGE).about(AddressSpaceRebuild.name(vma));
        }
    }
}
