package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Shm;
import java.util.StringTokenizer;

/** Removes segments that dead tools have left: ours by their keys, attached by nobody, their creator gone. */
public final class SegmentSweep {
    private SegmentSweep() {}

    /** Looks at all System V segments and removes those. */
    public static void run() {
        try {
            Proc.text("/proc/sysvipc/shm").lines().skip(1).forEach(SegmentSweep::removeIfLeft);
        } catch (KernelException noProc) {
            // then nobody can tell whose they are
        }
    }

    // key shmid perms size cpid lpid nattch ...
    private static void removeIfLeft(String line) {
        StringTokenizer fields = new StringTokenizer(line);
        int key = Integer.parseInt(fields.nextToken());
        int id = Integer.parseInt(fields.nextToken());
        fields.nextToken();
        fields.nextToken();
        int creator = Integer.parseInt(fields.nextToken());
        fields.nextToken();
        int attached = Integer.parseInt(fields.nextToken());
        if (Segment.isOurs(key) && attached == 0 && isGone(creator)) {
            Shm.remove(id);
        }
    }

    // A creator of another pid namespace is 0 here.
    private static boolean isGone(int pid) {
        return pid > 0 && Door.call(SYS_kill, pid, 0) == -Errno.ESRCH.code();
    }
}
