package dev.reprise.engine.tracee;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_accept;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_accept4;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_connect;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_epoll_pwait;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_epoll_pwait2;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_epoll_wait;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_io_getevents;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_io_uring_enter;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_readv;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_recvfrom;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_recvmmsg;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_recvmsg;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigtimedwait;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_semop;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_semtimedop;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sendmmsg;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sendmsg;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sendto;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_writev;

import dev.reprise.kernel.x86_64.UserRegs;

/**
 * The calls that return plain EINTR when a stop interrupts them, though no signal was there (man 7 signal, "Interruption
 * of system calls by stop signals"): they are made undecided at once.
 */
final class InterruptedCalls {
    private static final int EINTR = -4;

    private InterruptedCalls() {}

    /** Whether these registers show such a call, ended by the stop. */
    static boolean endedByStop(long[] registers) {
        return registers[UserRegs.ORIG_RAX] >= 0
                && registers[UserRegs.RAX] == EINTR
                && isKnown((int) registers[UserRegs.ORIG_RAX]);
    }

    // read and write: sockets with SO_RCVTIMEO or SO_SNDTIMEO, inotify
    private static boolean isKnown(int number) {
        return switch (number) {
            case SYS_read, SYS_readv, SYS_write, SYS_writev, SYS_connect, SYS_accept, SYS_accept4 -> true;
            case SYS_sendto, SYS_recvfrom, SYS_sendmsg, SYS_recvmsg, SYS_recvmmsg, SYS_sendmmsg -> true;
            case SYS_semop, SYS_semtimedop, SYS_rt_sigtimedwait, SYS_io_getevents -> true;
            case SYS_io_uring_enter -> true; // which says how many it has submitted, if any
            case SYS_epoll_wait, SYS_epoll_pwait, SYS_epoll_pwait2 -> true;
            default -> false;
        };
    }

    /**
     * The registers with which the kernel itself decides when the thread goes on: the call begins again, with the rest of its
     * time where that is an argument, or has ended with EINTR if a signal has come that is caught.
     */
    static long[] undecided(long[] registers, long sleptNanos) {
        long[] undecided = registers.clone();
        SystemCallStop.leaveToKernel(undecided);
        int number = (int) registers[UserRegs.ORIG_RAX];
        if ((number == SYS_epoll_wait || number == SYS_epoll_pwait) && sleptNanos >= 0) {
            undecided[UserRegs.R10] = remainingMillis((int) registers[UserRegs.R10], sleptNanos);
        }
        return undecided;
    }

    /** The same for a call with a restart block, which begins anew. */
    static long[] withoutRestartBlock(long[] registers, long sleptNanos) {
        long[] undecided = registers.clone();
        SystemCallStop.leaveToKernel(undecided);
        if ((int) registers[UserRegs.ORIG_RAX] == SYS_poll && sleptNanos >= 0) {
            undecided[UserRegs.RDX] = remainingMillis((int) registers[UserRegs.RDX], sleptNanos);
        }
        return undecided;
    }

    private static long remainingMillis(int timeout, long sleptNanos) {
        if (timeout <= 0) {
            return timeout & 0xffffffffL;
        }
        // Never shorter than what was asked for: a begun millisecond of the sleep is not counted.
        return Math.max(0, timeout - sleptNanos / 1_000_000);
    }
}
