package dev.reprise.engine.capture;

import dev.reprise.kernel.Btf.UnknownLayoutException;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.IoUringContext;
import dev.reprise.kernel.IoUringContexts;
import dev.reprise.kernel.IoUringTask;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be found out of io_urings, from the first question on; why nothing can, where the kernel does not tell or we may not ask. */
final class IoUrings {
    private @Nullable IoUringContexts contexts;
    private String whyNot = "";

    /** Learns how this kernel lays them out, which takes some milliseconds: before the freeze where one is known by then. */
    void learn() {
        if (contexts == null && whyNot.isEmpty()) {
            try {
                contexts = IoUringContexts.ofKernel();
            } catch (KernelException failed) {
                whyNot = "this kernel does not tell how it lays them out (/sys/kernel/btf/vmlinux: "
                        + failed.errno().text() + ")";
            } catch (UnknownLayoutException unknown) {
                whyNot = "this kernel lays them out in another way than those that are known (" + unknown.getMessage()
                        + ")";
            }
        }
    }

    /** Why nothing can be found out; empty when something has been. */
    String whyNot() {
        return whyNot;
    }

    /** What the kernel knows of one; empty when it has gone, or else {@link #whyNot}. */
    Optional<IoUringContext> of(LiveDescriptor d) throws KernelException {
        IoUringContexts known = known();
        try {
            return known == null ? Optional.empty() : known.of(d.pid(), d.number());
        } catch (KernelException failed) {
            requireAllowed(failed);
            return Optional.empty();
        }
    }

    /** What the kernel keeps of all tasks of a process. */
    List<IoUringTask> tasks(int pid) throws KernelException {
        IoUringContexts known = known();
        return known == null ? List.of() : known.tasks(Proc.numbers("/proc/" + pid + "/task"));
    }

    /** Where heads, tails and completions are in the memory of a ring. */
    List<Integer> offsets() {
        IoUringContexts known = known();
        return known == null ? List.of() : known.offsets();
    }

    private @Nullable IoUringContexts known() {
        learn();
        return contexts;
    }

    // Whatever else the kernel says of such a program, it is another one than those that are known.
    private void requireAllowed(KernelException failed) throws KernelException {
        if (!failed.call().equals("bpf")) {
            throw failed;
        }
        whyNot = failed.errno() == Errno.EPERM
                ? "the kernel tells of what is in flight only those who have CAP_BPF and CAP_PERFMON"
                : "this kernel does not tell of what is in flight (" + failed.getMessage() + ")";
    }
}
