package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clock_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_epoll_pwait2;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_futex;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_io_getevents;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_recvmmsg;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_restart_syscall;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigtimedwait;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_semtimedop;

import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.PidFd;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.SocketView;
import dev.reprise.kernel.Sockets;
import java.util.ArrayList;
import java.util.List;

/** The sleeps that would begin anew (docs/decisions/0002): notes for those who ask beforehand. */
final class SleepNotes {
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;
    private static final int TIMER_ABSTIME = 1;
    private static final int FUTEX_COMMAND = 0x7f;
    /** Pointers are above the page that mmap_min_addr keeps free, clock ids below. */
    private static final long HIGHEST_CLOCK = 4096;

    private static final int HEXADECIMAL = 16;

    private final int pid;

    private SleepNotes(int pid) {
        this.pid = pid;
    }

    /** Of all threads of a running process; touches nothing. */
    static List<String> of(int pid) throws KernelException {
        SleepNotes notes = new SleepNotes(pid);
        List<String> all = new ArrayList<>(0);
        for (int tid : Proc.numbers("/proc/" + pid + "/task")) {
            try {
                String why = notes.whyAnew(tid);
                if (!why.isEmpty()) {
                    all.add("thread " + tid + " " + why);
                }
            } catch (KernelException ended) {
                // a thread that has ended, or a kernel that does not tell
            }
        }
        return all;
    }

    // NUMBER 0xARGUMENT... SP PC, or "running"
    private String whyAnew(int tid) throws KernelException {
        String directory = "/proc/" + pid + "/task/" + tid;
        String[] words = Proc.text(directory + "/syscall").strip().split(" ", -1);
        if (words.length < 7) {
            return "";
        }
        int number = Integer.parseInt(words[0]);
        long[] args = new long[6];
        for (int i = 0; i < args.length; i++) {
            args[i] = Long.parseUnsignedLong(words[i + 1].substring(2), HEXADECIMAL);
        }
        if (hasHiddenTimeout(number, args)) {
            return "waits with a timeout that no register holds: after a checkpoint it begins anew";
        } else if (number == SYS_restart_syscall) {
            boolean isNanosleep = Proc.text(directory + "/wchan").contains("nanosleep");
            boolean isClock = Long.compareUnsigned(args[0], HIGHEST_CLOCK) < 0;
            return isNanosleep && (isClock ? args[3] : args[1]) != 0
                    ? ""
                    : "sleeps on after an earlier interruption: a restored one may begin anew";
        }
        return isRelative(number, args) && !hasClock(directory)
                ? "sleeps, and the kernel does not tell since when: a restored one begins anew"
                : "";
    }

    private boolean hasHiddenTimeout(int number, long[] args) {
        return switch (number) {
            case SYS_rt_sigtimedwait -> args[2] != 0;
            case SYS_semtimedop, SYS_epoll_pwait2 -> args[3] != 0;
            case SYS_io_getevents, SYS_recvmmsg -> args[4] != 0;
            default -> isSocket((int) args[0]) && hasTimeout((int) args[0]);
        };
    }

    private boolean isSocket(int descriptor) {
        try {
            return Proc.link("/proc/" + pid + "/fd/" + descriptor).startsWith("socket:");
        } catch (KernelException none) {
            return false;
        }
    }

    private boolean hasTimeout(int descriptor) {
        try (PidFd process = PidFd.open(pid);
                Fd copy = process.copy(descriptor)) {
            SocketView socket = new SocketView(copy);
            return isSet(socket.option(Sockets.SOL_SOCKET, SO_RCVTIMEO))
                    || isSet(socket.option(Sockets.SOL_SOCKET, SO_SNDTIMEO));
        } catch (KernelException gone) {
            return false;
        }
    }

    private static boolean isSet(byte[] timeval) {
        for (byte one : timeval) {
            if (one != 0) {
                return true;
            }
        }
        return false;
    }

    // Without a place for the rest, which the kernel would fill in.
    private static boolean isRelative(int number, long[] args) {
        return switch (number) {
            case SYS_nanosleep -> args[1] == 0;
            case SYS_clock_nanosleep -> (args[1] & TIMER_ABSTIME) == 0 && args[3] == 0;
            case SYS_poll -> (int) args[2] > 0;
            case SYS_futex -> (args[1] & FUTEX_COMMAND) == 0 && args[3] != 0;
            default -> false;
        };
    }

    private static boolean hasClock(String directory) {
        try {
            return !Proc.text(directory + "/sched").isEmpty();
        } catch (KernelException none) {
            return false;
        }
    }
}
