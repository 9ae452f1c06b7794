package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clock_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_restart_syscall;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.x86_64.UserRegs;
import java.util.HashMap;
import java.util.Map;

/**
 * The threads that sleep in restart_syscall before a freeze, and where in the kernel: a stopped thread shows neither.
 *
 * <p>From the second interruption on, the call's own number is gone from the registers, and the code before them need
 * not tell it (syscall(2) takes it as an argument).
 */
public final class RestartedSleeps {
    /** Pointers are above the page that mmap_min_addr keeps free, clock ids below. */
    private static final long HIGHEST_CLOCK = 4096;

    /** Before anybody has looked. */
    public static final RestartedSleeps NONE = new RestartedSleeps();

    private final Map<Integer, String> places = new HashMap<>();

    private RestartedSleeps() {}

    /** Looks at all threads of a running process. */
    public static RestartedSleeps of(int pid) throws KernelException {
        RestartedSleeps sleeps = new RestartedSleeps();
        String restarted = SYS_restart_syscall + " ";
        for (int tid : Proc.numbers("/proc/" + pid + "/task")) {
            try {
                if (Proc.text("/proc/" + pid + "/task/" + tid + "/syscall").startsWith(restarted)) {
                    sleeps.places.put(tid, Proc.text("/proc/" + pid + "/task/" + tid + "/wchan"));
                }
            } catch (KernelException gone) {
                // a thread that has ended, or a kernel that does not tell
            }
        }
        return sleeps;
    }

    /** The number of the call that a thread had been in; restart_syscall's own when nothing tells. */
    public int numberOf(int tid, long[] registers) {
        String place = places.getOrDefault(tid, "");
        if (place.contains("nanosleep")) {
            boolean isClock = Long.compareUnsigned(registers[UserRegs.RDI], HIGHEST_CLOCK) < 0;
            return isClock ? SYS_clock_nanosleep : SYS_nanosleep;
        } else if (place.contains("futex")) {
            return SYS_futex;
        } else if (place.contains("poll")) {
            return SYS_poll;
        }
        return SYS_restart_syscall;
    }
}
