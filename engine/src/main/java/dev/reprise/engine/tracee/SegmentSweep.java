package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Shm;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import java.util.stream.Stream;

/** Removes segments that dead tools have left: ours by their keys, attached by nobody, their creator gone, nobody on its way in. */
public final class SegmentSweep {
    private SegmentSweep() {}

    /** Looks at all System V segments and removes those. */
    public static void run() {
        left().filter(segment -> !isAwaited(segment)).forEach(segment -> Shm.remove(segment.id));
    }

    /** Whether a process that was stopped when a tool died is on its way into what that has left, as soon as it is continued. */
    public static boolean isAwaited(int pid) {
        return left().anyMatch(segment -> Segment.awaitedIn(segment.id) == pid);
    }

    private static boolean isAwaited(Left segment) {
        int pid = Segment.awaitedIn(segment.id);
        return pid > 0 && !isGone(pid);
    }

    private record Left(int id) {}

    // key shmid perms size cpid lpid nattch ...
    private static Stream<Left> left() {
        List<Left> left = new ArrayList<>();
        try {
            Proc.text("/proc/sysvipc/shm").lines().skip(1).forEach(line -> {
                StringTokenizer fields = new StringTokenizer(line);
                int key = Integer.parseInt(fields.nextToken());
                int id = Integer.parseInt(fields.nextToken());
                fields.nextToken();
                fields.nextToken();
                int creator = Integer.parseInt(fields.nextToken());
                fields.nextToken();
                int attached = Integer.parseInt(fields.nextToken());
                if (Segment.isOurs(key) && attached == 0 && isGone(creator)) {
                    left.add(new Left(id));
                }
            });
        } catch (KernelException noProc) {
            // then nobody can tell whose they are
        }
        return left.stream();
    }

    // A creator of another pid namespace is 0 here.
    private static boolean isGone(int pid) {
        return pid > 0 && Door.call(SYS_kill, pid, 0) == -Errno.ESRCH.code();
    }
}
