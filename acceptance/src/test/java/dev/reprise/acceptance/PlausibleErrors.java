package dev.reprise.acceptance;

import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Faults;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How each system call may fail although nothing is wrong with its arguments (its manual page, "ERRORS"): short of something,
 * forbidden, interrupted, or with half of the bytes.
 *
 * <p>Not ENOENT of files in /proc, nor EBADF: those are answers, which say that something has gone.
 */
final class PlausibleErrors {
    private static final long HALF = Faults.HALF;
    /** Calls that have nothing to fail for; whom we may trace we may signal, and what is ours we may wait for. */
    private static final Set<String> SURE = Set.of(
            "getpid",
            "futex",
            "futex_waitv",
            "pidfd_send_signal",
            "wait4",
            "waitid",
            "gettid",
            "geteuid",
            "getppid",
            "exit",
            "exit_group",
            "sched_yield",
            "rt_sigreturn",
            "umask",
            "shmdt");

    private static final long[] USUAL = of(Errno.ENOMEM, Errno.EPERM, Errno.EIO);
    private static final Map<String, long[]> BY_CALL = Map.ofEntries(
            Map.entry("openat", of(Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM, Errno.EACCES, Errno.EINTR)),
            Map.entry("read", and(HALF, of(Errno.EIO, Errno.EINTR, Errno.ENOMEM))),
            Map.entry("pread64", and(HALF, of(Errno.EIO, Errno.EINTR, Errno.ENOMEM))),
            Map.entry("write", and(HALF, of(Errno.ENOSPC, Errno.EIO, Errno.EINTR, Errno.EDQUOT))),
            Map.entry("pwrite64", and(HALF, of(Errno.ENOSPC, Errno.EIO, Errno.EINTR, Errno.EFBIG))),
            Map.entry("pwritev", of(Errno.ENOSPC, Errno.EIO, Errno.EINTR, Errno.EFAULT)),
            Map.entry("preadv", of(Errno.EIO, Errno.EINTR, Errno.ENOMEM, Errno.EFAULT)),
            Map.entry("process_vm_readv", and(HALF, of(Errno.EFAULT, Errno.EPERM, Errno.ENOMEM))),
            Map.entry("process_vm_writev", and(HALF, of(Errno.EFAULT, Errno.EPERM, Errno.ENOMEM))),
            Map.entry("readlinkat", of(Errno.ENOMEM, Errno.EACCES, Errno.EIO)),
            Map.entry("getdents64", of(Errno.ENOMEM, Errno.EIO)),
            Map.entry("mmap", of(Errno.ENOMEM, Errno.EAGAIN, Errno.EPERM)),
            Map.entry("munmap", of(Errno.ENOMEM)),
            Map.entry("mprotect", of(Errno.ENOMEM, Errno.EACCES)),
            Map.entry("madvise", of(Errno.ENOMEM, Errno.EAGAIN)),
            Map.entry("shmget", of(Errno.ENOSPC, Errno.ENOMEM, Errno.EPERM)),
            Map.entry("shmat", of(Errno.ENOMEM, Errno.EACCES, Errno.EIDRM)),
            Map.entry("shmctl", of(Errno.EPERM, Errno.EIDRM, Errno.EOVERFLOW)),
            Map.entry("ptrace", of(Errno.EPERM, Errno.EIO, Errno.ESRCH, Errno.ENOMEM, Errno.EFAULT)),
            Map.entry("pidfd_open", of(Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM)),
            Map.entry("pidfd_getfd", of(Errno.EMFILE, Errno.EPERM, Errno.ENFILE)),
            Map.entry("kill", of(Errno.EPERM)),
            Map.entry("kcmp", of(Errno.EPERM, Errno.ENOMEM)),
            Map.entry("socket", of(Errno.EMFILE, Errno.ENOBUFS, Errno.EACCES)),
            Map.entry("sendto", of(Errno.ENOBUFS, Errno.EINTR, Errno.ENOMEM)),
            Map.entry("recvfrom", of(Errno.ENOBUFS, Errno.EINTR, Errno.ENOMEM)),
            Map.entry("sendmsg", of(Errno.ENOBUFS, Errno.EINTR, Errno.ENOMEM)),
            Map.entry("recvmsg", of(Errno.ENOBUFS, Errno.EINTR, Errno.ENOMEM)),
            Map.entry("clone3", of(Errno.EAGAIN, Errno.ENOMEM, Errno.EPERM, Errno.ENOSPC)),
            Map.entry("clone", of(Errno.EAGAIN, Errno.ENOMEM, Errno.ENOSPC)),
            Map.entry("execveat", of(Errno.ENOMEM, Errno.EACCES, Errno.EIO)),
            Map.entry("memfd_create", of(Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM)),
            Map.entry("ppoll", of(Errno.EINTR, Errno.ENOMEM)),
            Map.entry("poll", of(Errno.EINTR, Errno.ENOMEM)),
            Map.entry("close", of(Errno.EIO, Errno.EINTR)));

    private PlausibleErrors() {}

    /** The fates that a call may meet; those with half of the bytes only in our own calls. */
    static List<Long> of(int number, boolean isRemote) {
        String name = SyscallNumbers.nameOf(number);
        // Whole mappings of ours can always go.
        if (SURE.contains(name) || !isRemote && name.equals("munmap")) {
            return List.of();
        }
        return Arrays.stream(BY_CALL.getOrDefault(name, USUAL))
                .filter(fate -> !isRemote || fate != HALF)
                .boxed()
                .toList();
    }

    /** A fate in words. */
    static String name(long fate) {
        return fate == HALF ? "half of the bytes" : Errno.of(fate).toString();
    }

    private static long[] of(Errno... errors) {
        return Arrays.stream(errors).mapToLong(e -> -e.code()).toArray();
    }

    private static long[] and(long first, long[] rest) {
        long[] all = new long[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }
}
