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
        features.add(KernelProbes.worked(
                "pid namespaces", Need.PARTIAL, unshare(CloneArgs.CLONE_NEWPID), "restore --pid-namespace"));
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
