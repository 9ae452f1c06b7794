package dev.reprise.engine.capture;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;

/** What the tool itself may do. */
final class Privileges {
    private static final int CAP_SYS_ADMIN = 21;

    private Privileges() {}

    /** PTRACE_O_SUSPEND_SECCOMP (kernel/ptrace.c, check_ptrace_options). */
    static boolean maySuspendSeccomp() {
        try {
            int pid = (int) ProcessHandle.current().pid();
            ProcStatus self = ProcStatus.of(pid, pid);
            return (self.capabilities("Eff") >>> CAP_SYS_ADMIN & 1) != 0 && self.seccomp() == 0;
        } catch (KernelException unknown) {
            return false;
        }
    }
}
