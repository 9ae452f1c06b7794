package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_arch_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mprotect;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;

import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Mman;
import dev.reprise.kernel.PrctlMemory;
import dev.reprise.kernel.Vdso;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's code and data in an address space: at their old place where this kernel's are the same, else anywhere,
 * with the old code's functions leading to it.
 *
 * <p>All of it stands before the first other mapping. An executable finds out when it runs; its old functions then make
 * system calls, because what it runs on is not known when they are compiled.
 */
final class VdsoRebuild {
    private static final long EEXIST = -17;
    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final int READ_EXECUTE = Mman.PROT_READ | Mman.PROT_EXEC;
    /** More than any kernel's code and data take. */
    private static final long ROOM = 64 * PageRun.PAGE_SIZE;

    private final Bytes old;
    private final @Nullable LocalVdso here;
    private final long first;
    private final long code;
    private final long elsewhere;
    private final boolean cannotLead;

    /** {@code here} is null for an executable. Room elsewhere is taken from {@code holes} where it may be needed. */
    VdsoRebuild(Image image, List<Vma> vmas, @Nullable LocalVdso here, Holes holes) {
        this.old = image.machine().vdso();
        this.here = here;
        long lowest = 0;
        long start = 0;
        for (Vma vma : vmas) {
            if (vma.backing() instanceof Backing.Kernel kernel) {
                lowest = lowest == 0 ? vma.start() : lowest;
                start = kernel.name().equals("[vdso]") ? vma.start() : start;
            }
        }
        first = lowest;
        code = start;
        cannotLead = Vdso.functions(old.toArray()).isEmpty()
                || image.processes().getFirst().tasks().stream().anyMatch(this::isIn);
        elsewhere = here != null && isSame(image, here) ? 0 : holes.take(ROOM);
    }

    // An image that has been made by hand has none.
    private static boolean isSame(Image image, LocalVdso here) {
        Bytes old = image.machine().vdso();
        return old.length() == 0 || old.equals(here.code());
    }

    /** Where this kernel's code will be; of a restore. */
    long start() {
        return here == null || elsewhere == 0 ? code : elsewhere + here.dataBytes();
    }

    /** No thread may go on in the middle of code that is not here. */
    static void require(Image image, LocalVdso here) throws RestoreException {
        if (isSame(image, here)) {
            return;
        }
        if (Vdso.functions(image.machine().vdso().toArray()).isEmpty()) {
            throw new RestoreException(new Reason.Incapable(
                    "the vdso of kernel " + image.machine().kernelRelease()
                            + " in the image has no functions to lead here",
                    "restore it under that kernel"));
        }
        for (ProcessState process : image.processes()) {
            List<Vma> vmas =
                    image.object(process.addressSpace(), AddressSpace.class).vmas();
            VdsoRebuild vdso = new VdsoRebuild(image, vmas, here, new Holes(vmas, List.of()));
            for (TaskState task : process.tasks()) {
                if (vdso.isIn(task)) {
                    throw new RestoreException(new Reason.Incapable(
                            "task " + task.tid() + " was in the vdso of kernel "
                                    + image.machine().kernelRelease() + ", which this kernel does not have",
                            "take the checkpoint again"));
                }
            }
        }
    }

    private boolean isIn(TaskState task) {
        long at = task.registers().rip();
        return at >= code && at < code + old.length();
    }

    /** Adds it. */
    void map(ProgramBuilder p) {
        if (here == null) {
            mapWhereverItRuns(p);
        } else if (elsewhere == 0) {
            mapThere(p);
        } else {
            p.call(SYS_arch_prctl, PrctlMemory.ARCH_MAP_VDSO_64, elsewhere).about("the vdso");
            requireMapped(p, elsewhere + here.dataBytes());
            mapOld(p, OldVdso.leadingTo(old.toArray(), here.code().toArray(), start()));
        }
    }

    // The address is a hint only: where the vdso must be, nothing else can be mapped now.
    private void mapThere(ProgramBuilder p) {
        p.call(SYS_arch_prctl, PrctlMemory.ARCH_MAP_VDSO_64, first).about("the vdso");
        requireMapped(p, code);
    }

    private static void requireMapped(ProgramBuilder p, long address) {
        p.expect(
                        EEXIST,
                        SYS_mmap,
                        Arg.of(address),
                        Arg.of(PageRun.PAGE_SIZE),
                        Arg.of(Mman.PROT_NONE),
                        Arg.of(Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED_NOREPLACE),
                        Arg.of(-1),
                        Arg.of(0))
                .about("the vdso's place");
    }

    private void mapOld(ProgramBuilder p, byte[] contents) {
        int flags = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED_NOREPLACE;
        p.call(SYS_mmap, code, contents.length, READ_WRITE, flags, -1, 0).about("the old vdso");
        p.copy(Arg.of(code), p.bytes(contents), Arg.of(contents.length));
        p.call(SYS_mprotect, code, contents.length, READ_EXECUTE).about("the old vdso");
    }

    private void mapWhereverItRuns(ProgramBuilder p) {
        Label sameSize = p.label();
        Label isThere = p.label();
        Label other = p.label();
        Label done = p.label();
        Step size = p.attempt(SYS_arch_prctl, PrctlMemory.ARCH_MAP_VDSO_64, first);
        p.jumpIfEqual(size, Arg.of(old.length()), sameSize);
        p.go(other);
        p.place(sameSize);
        Step there = p.attempt(
                SYS_mmap,
                code,
                PageRun.PAGE_SIZE,
                Mman.PROT_NONE,
                Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED_NOREPLACE,
                -1,
                0);
        p.jumpIfEqual(there, Arg.of(EEXIST), isThere);
        p.go(other);
        p.place(isThere);
        p.jumpIfEqual(p.compare(Arg.of(code), p.bytes(old.toArray()), old.length()), Arg.of(0), done);
        p.place(other);
        if (cannotLead) {
            p.requireEqual(p.bytes(new byte[] {0}), p.bytes(new byte[] {1}), 1)
                    .about(
                            "this kernel's vdso is another one, and a thread is in the middle of the old one, or that has no functions");
        }
        p.call(SYS_munmap, first, ROOM);
        p.call(SYS_arch_prctl, PrctlMemory.ARCH_MAP_VDSO_64, elsewhere).about("the vdso");
        mapOld(p, OldVdso.makingCalls(old.toArray()));
        p.place(done);
    }
}
