package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_madvise;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_userfaultfd;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Userfaultfd;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Mman;
import dev.reprise.kernel.Uffd;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * userfaultfds: made with the other descriptors, by the process whose memory they serve; the memory is registered last of all,
 * when nothing writes to it any more, and what is not in the image is missing then. Pure.
 */
final class UserfaultfdRebuild {
    private final ProgramBuilder p;
    private final OpenFiles files;

    UserfaultfdRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
    }

    void create(Userfaultfd faults) {
        String about = about(faults);
        int mode = faults.userModeOnly() ? Uffd.UFFD_USER_MODE_ONLY : 0;
        Step made = p.call(SYS_userfaultfd, Fcntl.O_CLOEXEC | mode).about(about);
        if (faults.initialised()) {
            p.call(SYS_ioctl, made, Arg.of(Uffd.UFFDIO_API), p.longs(Uffd.UFFD_API, faults.features(), 0))
                    .about(about + " with features 0x" + Long.toHexString(faults.features()));
        }
        files.place(p, made, faults);
        files.setFlags(p, faults);
    }

    void register(Userfaultfd faults, AddressSpace space) {
        List<PageRun> present = new ArrayList<>(space.runs());
        present.addAll(space.inherited());
        present.sort(Comparator.comparingLong(PageRun::start));
        int number = files.numberOf(faults);
        for (Vma vma : space.vmas()) {
            if (isIn(faults.ranges(), vma)) {
                forget(vma, present);
                ask(number, Uffd.UFFDIO_REGISTER, vma.start(), vma.bytes(), modes(vma));
            }
        }
        each(number, Uffd.UFFDIO_ZEROPAGE, faults.zeros(), 0);
        each(number, Uffd.UFFDIO_CONTINUE, faults.mapped(), 0);
        each(number, Uffd.UFFDIO_POISON, faults.poisoned(), 0);
        each(number, Uffd.UFFDIO_WRITEPROTECT, faults.writeProtected(), Uffd.UFFDIO_WRITEPROTECT_MODE_WP);
    }

    private static boolean isIn(List<PageRun> ranges, Vma vma) {
        for (PageRun range : ranges) {
            if (range.start() <= vma.start() && vma.end() <= range.end()) {
                return true;
            }
        }
        return false;
    }

    // Huge pages and locks have brought more than there was. Of shared memory only the mapping goes, not the page.
    private void forget(Vma vma, List<PageRun> present) {
        long from = vma.start();
        if (!vma.shared()) {
            for (PageRun run : present) {
                if (run.start() >= vma.end()) {
                    break;
                }
                if (run.end() > from) {
                    forget(vma, from, run.start());
                    from = run.end();
                }
            }
        }
        forget(vma, from, vma.end());
    }

    private void forget(Vma vma, long from, long to) {
        if (from >= to) {
            return;
        }
        if (vma.has(VmFlag.SEALED)) { // what may not be written keeps its pages then
            p.attempt(SYS_madvise, from, to - from, Mman.MADV_DONTNEED_LOCKED);
        } else {
            p.call(SYS_madvise, from, to - from, Mman.MADV_DONTNEED_LOCKED).about(AddressSpaceRebuild.name(vma));
        }
    }

    private static long modes(Vma vma) {
        return (vma.has(VmFlag.UFFD_MISSING) ? Uffd.UFFDIO_REGISTER_MODE_MISSING : 0)
                | (vma.has(VmFlag.UFFD_WRITE_PROTECT) ? Uffd.UFFDIO_REGISTER_MODE_WP : 0)
                | (vma.has(VmFlag.UFFD_MINOR) ? Uffd.UFFDIO_REGISTER_MODE_MINOR : 0);
    }

    private void each(int number, long request, List<PageRun> runs, long mode) {
        for (PageRun run : runs) {
            ask(number, request, run.start(), run.bytes(), mode);
        }
    }

    private void ask(int number, long request, long start, long bytes, long mode) {
        p.call(SYS_ioctl, Arg.of(number), Arg.of(request), p.longs(start, bytes, mode, 0))
                .about("userfaultfd of descriptor " + number + ", " + Long.toHexString(start) + "-"
                        + Long.toHexString(start + bytes));
    }

    private String about(Userfaultfd faults) {
        return "userfaultfd of descriptor " + files.numberOf(faults);
    }
}
