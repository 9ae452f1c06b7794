package dev.reprise.engine.capture;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.DeadProcess;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.ProcStatus;
import java.util.Arrays;

/** What is left of a process that has ended: all in /proc. */
final class ZombieCapture {
    private ZombieCapture() {}

    static DeadProcess take(Member zombie, IdLevel level) throws KernelException {
        int pid = zombie.pid();
        ProcStatus status = ProcStatus.of(pid, pid);
        ProcStat stat = ProcStat.ofTask(pid, pid);
        return new DeadProcess(
                level.id(status, "NStgid"),
                level.inner(status),
                level.id(zombie.parent()),
                level.id(zombie.parentTid()),
                level.id(status, "NSpgid"),
                level.id(status, "NSsid"),
                stat.exitSignal(),
                stat.exitCode(),
                name(pid),
                status.userIds()[0],
                status.groupIds()[0]);
    }

    /** A task's name. */
    static Bytes name(int tid) throws KernelException {
        byte[] text = Proc.bytes("/proc/" + tid + "/comm");
        return Bytes.of(Arrays.copyOf(text, text.length - 1)); // a newline ends it
    }
}
