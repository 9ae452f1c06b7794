package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_madvise;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mprotect;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mremap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;

import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.rebuild.ForkedMemory.Kept;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Mman;

/** What a process does at its birth with the mappings that it has from its creator. Pure. */
final class ForkedMemoryRebuild {
    private ForkedMemoryRebuild() {}

    /** Adds: what it has not goes, what it has gets its own size and the protection in which its contents come. */
    static void keep(ProgramBuilder p, ForkedMemory.Part part) {
        for (PageRun run : part.gone()) {
            p.call(SYS_munmap, run.start(), run.bytes());
        }
        for (PageRun run : part.dropped()) {
            p.call(SYS_madvise, run.start(), run.bytes(), Mman.MADV_DONTNEED);
        }
        for (Kept one : part.kept()) {
            Vma vma = one.plan().vma();
            if (vma.end() > one.end()) {
                p.call(SYS_mremap, vma.start(), one.end() - vma.start(), vma.bytes(), 0, 0)
                        .about(AddressSpaceRebuild.name(vma));
            }
            if (one.plan().loadingProtection() != one.protection()) {
                p.call(SYS_mprotect, vma.start(), vma.bytes(), one.plan().loadingProtection())
                        .about(AddressSpaceRebuild.name(vma));
            }
        }
    }
}
