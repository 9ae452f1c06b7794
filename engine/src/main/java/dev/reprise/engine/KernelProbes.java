package dev.reprise.engine;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clone3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex_waitv;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kcmp;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_madvise;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pidfd_getfd;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pidfd_open;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmget;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_userfaultfd;

import dev.reprise.engine.model.Feature;
import dev.reprise.engine.model.Feature.Need;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Pagemap;
import dev.reprise.kernel.Prctl;
import dev.reprise.kernel.Shm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** System calls, found out by making them in a way that has no effect. */
final class KernelProbes {
    private static final int PR_SET_MM = 35;
    private static final int PR_SET_MM_MAP_SIZE = 15;
    private static final int TIMER_RESTORE_IDS_GET = 2;
    private static final int MADV_GUARD_INSTALL = 102;
    private static final int KCMP_VM = 1;
    private static final int PAGE = 4096;

    private KernelProbes() {}

    static List<Feature> all() {
        return List.of(
                exists(
                        "futex_waitv",
                        Need.REQUIRED,
                        Door.call(SYS_futex_waitv),
                        "parking a program while it is worked on"),
                setTid(),
                sharedMemory(),
                pagemapScan(),
                pidfdGetfd(),
                worked("kcmp", Need.REQUIRED, kcmp(), "finding out which descriptors are shared"),
                worked("PR_SET_MM_MAP", Need.REQUIRED, mmMap(), "restoring where a program's heap and arguments are"),
                rseq(),
                worked(
                        "PR_TIMER_CREATE_RESTORE_IDS",
                        Need.OPTIONAL,
                        Door.call(SYS_prctl, Prctl.PR_TIMER_CREATE_RESTORE_IDS, TIMER_RESTORE_IDS_GET),
                        "restoring timers by their ids quickly"),
                worked(
                        "MADV_GUARD_INSTALL",
                        Need.PARTIAL,
                        Door.call(SYS_madvise, 0, 0, MADV_GUARD_INSTALL),
                        "programs with guard regions"),
                userfaultfd());
    }

    // No argument is right, but it is the kernel that says so, not its table of calls.
    private static Feature exists(String name, Need need, long result, String purpose) {
        boolean there = result != -Errno.ENOSYS.code();
        return new Feature(name, there, need, there ? "in this kernel" : "ENOSYS: not in this kernel", purpose);
    }

    static Feature worked(String name, Need need, long result, String purpose) {
        return new Feature(name, !Door.isError(result), need, inWords(result), purpose);
    }

    static String inWords(long result) {
        if (!Door.isError(result)) {
            return "works";
        }
        Errno errno = Errno.of(result);
        return errno + ": " + errno.text();
    }

    // A pid that is taken (our own): EEXIST comes after the permission was checked, and nothing is cloned.
    private static Feature setTid() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment tid = arena.allocate(ValueLayout.JAVA_INT);
            tid.set(ValueLayout.JAVA_INT, 0, (int) Door.call(SYS_getpid));
            MemorySegment args = arena.allocate(CloneArgs.SIZE, 8);
            args.set(ValueLayout.JAVA_LONG, CloneArgs.SET_TID, tid.address());
            args.set(ValueLayout.JAVA_LONG, CloneArgs.SET_TID_SIZE, 1);
            long result = Door.call(SYS_clone3, args.address(), CloneArgs.SIZE);
            boolean there = result == -Errno.EEXIST.code();
            return new Feature(
                    "clone3 set_tid",
                    there,
                    result == -Errno.EPERM.code() ? Need.PARTIAL : Need.REQUIRED,
                    there ? "works" : inWords(result),
                    "restoring process ids, outside of a pid namespace of their own");
        }
    }

    private static Feature sharedMemory() {
        long id = Door.call(SYS_shmget, 0, PAGE, 0600);
        if (!Door.isError(id)) {
            Door.call(SYS_shmctl, id, Shm.IPC_RMID, 0);
        }
        return worked("System V shared memory", Need.REQUIRED, id, "the way home of a program that is worked on");
    }

    private static Feature pagemapScan() {
        long found;
        try (Arena arena = Arena.ofConfined();
                Pagemap pagemap = new Pagemap((int) Door.call(SYS_getpid))) {
            long page = arena.allocate(2 * PAGE, PAGE).address();
            Pagemap.Query present = new Pagemap.Query(0, Pagemap.PAGE_IS_PRESENT, 0, Pagemap.PAGE_IS_PRESENT);
            pagemap.scan(page, page + PAGE, present, (_, _, _) -> {});
            found = 0;
        } catch (KernelException failure) {
            found = -failure.errno().code();
        }
        return worked("PAGEMAP_SCAN", Need.REQUIRED, found, "finding the pages that must be saved");
    }

    private static Feature pidfdGetfd() {
        long pidfd = Door.call(SYS_pidfd_open, Door.call(SYS_getpid), 0);
        long copy = Door.isError(pidfd) ? pidfd : Door.call(SYS_pidfd_getfd, pidfd, pidfd, 0);
        close(copy);
        close(pidfd);
        return worked("pidfd_getfd", Need.REQUIRED, copy, "looking into a program's descriptors");
    }

    private static void close(long descriptor) {
        if (!Door.isError(descriptor)) {
            Door.call(SYS_close, descriptor);
        }
    }

    private static long kcmp() {
        long self = Door.call(SYS_getpid);
        return Door.call(SYS_kcmp, self, self, KCMP_VM, 0, 0);
    }

    private static long mmMap() {
        try (Arena arena = Arena.ofConfined()) {
            long size = arena.allocate(ValueLayout.JAVA_INT).address();
            return Door.call(SYS_prctl, PR_SET_MM, PR_SET_MM_MAP_SIZE, size, 0, 0);
        }
    }

    // It can only be asked about a stopped tracee; it came with Linux 5.13.
    private static Feature rseq() {
        String release = MachineProbes.release();
        boolean there = MachineProbes.isAtLeast(release, 5, 13);
        return new Feature(
                "PTRACE_GET_RSEQ_CONFIGURATION",
                there,
                Need.REQUIRED,
                "Linux " + release + ", it came with 5.13",
                "restartable sequences, which every glibc program has");
    }

    private static Feature userfaultfd() {
        long descriptor = Door.call(SYS_userfaultfd, Fcntl.O_CLOEXEC);
        close(descriptor);
        return worked("userfaultfd", Need.OPTIONAL, descriptor, "what is to come: following a program's writes");
    }
}
