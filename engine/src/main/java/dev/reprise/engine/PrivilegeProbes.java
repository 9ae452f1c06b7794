package dev.reprise.engine;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_geteuid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_unshare;

import dev.reprise.engine.model.Feature;
import dev.reprise.engine.model.Feature.Need;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** What the user may do. */
final class PrivilegeProbes {
    private static final long CLONE_NEWTIME = 0x80;

    private PrivilegeProbes() {}

    static List<Feature> all() {
        List<Feature> features = new ArrayList<>();
        long effective = effective();
        features.add(capability("CAP_SYS_PTRACE", 19, effective, Need.PARTIAL, "programs of other users"));
        features.add(capability("CAP_SYS_ADMIN", 21, effective, Need.PARTIAL, "namespaces, files mapped by others"));
        features.add(capability(
                "CAP_CHECKPOINT_RESTORE", 40, effective, Need.PARTIAL, "process ids and the exe link, at restore"));
        features.add(capability(
                "CAP_SYS_RESOURCE",
                24,
                effective,
                Need.PARTIAL,
                "limits and oom_score_adj beyond one's own, at restore"));
        features.add(ptraceScope());
        features.add(pidNamespaces());
        features.add(KernelProbes.worked(
                "time namespaces",
                Need.PARTIAL,
                unshare(CLONE_NEWTIME),
                "monotonic clocks after a reboot or on another host"));
        return features;
    }

    private static long effective() {
        try {
            return new ProcStatus(Proc.text("/proc/self/status")).capabilities("Eff");
        } catch (KernelException unreadable) {
            return 0;
        }
    }

    private static Feature capability(String name, int bit, long effective, Need need, String purpose) {
        boolean there = (effective >>> bit & 1) != 0;
        String found = there ? "effective" : "not among the effective capabilities of uid " + Door.call(SYS_geteuid);
        return new Feature(name, there, need, found, purpose);
    }

    private static Feature ptraceScope() {
        String found;
        boolean there;
        try {
            String scope = Proc.text("/proc/sys/kernel/yama/ptrace_scope").strip();
            there = !scope.equals("3");
            found = "kernel.yama.ptrace_scope is " + scope;
        } catch (KernelException none) {
            there = true;
            found = "Yama restricts nothing";
        }
        return new Feature("ptrace", there, Need.REQUIRED, found, "freezing a program");
    }

    // A plain user makes a user namespace of his own first, which a process with several threads cannot try.
    private static Feature pidNamespaces() {
        String name = "pid namespaces";
        String purpose = "restore --pid-namespace";
        long alone = unshare(CloneArgs.CLONE_NEWPID);
        if (alone != -Errno.EPERM.code()) {
            return KernelProbes.worked(name, Need.PARTIAL, alone, purpose);
        }
        boolean there = number("/proc/sys/user/max_user_namespaces", 0) > 0
                && number("/proc/sys/kernel/unprivileged_userns_clone", 1) != 0
                && number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 0) == 0;
        return new Feature(
                name,
                there,
                Need.PARTIAL,
                there ? "in a user namespace of one's own" : "EPERM, and user namespaces are not for plain users here",
                purpose);
    }

    private static long number(String file, long without) {
        try {
            return Long.parseLong(Proc.text(file).strip());
        } catch (KernelException none) {
            return without;
        }
    }

    // Only the calling thread's future children would be in the new namespace; this thread has none and ends.
    private static long unshare(long flag) {
        FutureTask<Long> task = new FutureTask<>(() -> Door.call(SYS_unshare, flag));
        Thread.ofPlatform().start(task);
        try {
            return task.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return -Errno.EINTR.code();
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure.getCause());
        }
    }
}
