package dev.reprise.engine.capture;

import dev.reprise.engine.model.PageSink;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Home;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;

/** What could harm a process that writes its own image: its limits apply, and its memory cgroup pays for the pages. */
final class TraceeLimits {
    private static final String FILE_SIZE = "Max file size";
    private static final String UNIFIED = "0::";
    private static final String SECCOMP = "\nSeccomp:\t";

    private TraceeLimits() {}

    /** Whether a process may write {@code bytes} more to a sink. */
    static boolean allow(int pid, PageSink sink, long bytes) throws KernelException {
        // Beside the pages stand records and digests.
        long end = sink.bytesWritten() + bytes + bytes / 16 + (1 << 20);
        return Long.compareUnsigned(fileSizeLimit(pid), end) > 0 && !isFiltered(pid) && paysTogetherWithUs(pid);
    }

    // Not prlimit(2), which takes CAP_SYS_RESOURCE for a process of another user.
    private static long fileSizeLimit(int pid) throws KernelException {
        for (String line : Proc.text("/proc/" + pid + "/limits").split("\n")) {
            if (line.startsWith(FILE_SIZE)) {
                String soft = line.substring(FILE_SIZE.length()).strip().split(" ")[0];
                return soft.equals("unlimited") ? -1 : Long.parseUnsignedLong(soft);
            }
        }
        return 0;
    }

    private static boolean isFiltered(int pid) throws KernelException {
        String status = Proc.text("/proc/" + pid + "/status");
        int at = status.indexOf(SECCOMP);
        return at >= 0 && status.charAt(at + SECCOMP.length()) != '0';
    }

    // In a cgroup of its own without a limit, it may pay as well.
    private static boolean paysTogetherWithUs(int pid) throws KernelException {
        String theirs = Proc.text("/proc/" + pid + "/cgroup");
        return theirs.equals(Proc.text("/proc/self/cgroup")) || theirs.startsWith(UNIFIED) && !isLimited(theirs);
    }

    private static boolean isLimited(String membership) throws KernelException {
        String cgroups = Home.ours("/sys/fs/cgroup");
        String group = membership.substring(UNIFIED.length()).strip();
        while (group.length() > 1) {
            try {
                if (!Proc.text(cgroups + group + "/memory.max").strip().equals("max")) {
                    return true;
                }
            } catch (KernelException failure) {
                // Without the memory controller there is no such file; out of sight, a limit may be there.
                if (failure.errno() != Errno.ENOENT || MappedFiles.named(cgroups + group) == null) {
                    return true;
                }
            }
            group = group.substring(0, group.lastIndexOf('/'));
        }
        return false;
    }
}
