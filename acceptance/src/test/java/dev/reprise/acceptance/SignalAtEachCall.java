package dev.reprise.acceptance;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Faults;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Before each call of ours a real-time signal is queued for a process, with values from 1 on. */
final class SignalAtEachCall implements Faults.Plan {
    private static final int SIGNAL = 34 + 5; // SIGRTMIN + 5, as glibc counts
    private static final int SI_QUEUE = -1;
    private static final int SIGINFO = 128;

    private final int pid;
    private final ThreadLocal<Boolean> isSending = ThreadLocal.withInitial(() -> false);
    private int sent;

    SignalAtEachCall(int pid) {
        this.pid = pid;
    }

    /** Until it is closed. */
    interface Sending extends AutoCloseable {
        @Override
        void close();
    }

    /** From now on. */
    Sending send() {
        Faults.follow(this);
        return Faults::end;
    }

    synchronized int sent() {
        return sent;
    }

    // To queue one is a call, too.
    @Override
    public long fate(int number, boolean isRemote) {
        if (!isRemote && !isSending.get()) {
            isSending.set(true);
            try {
                queue();
            } finally {
                isSending.set(false);
            }
        }
        return Faults.NONE;
    }

    // siginfo_t: int signo, errno, code, pad; pid_t pid; uid_t uid; the value. A full queue takes none.
    private synchronized void queue() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SIGINFO, Long.BYTES);
            info.set(ValueLayout.JAVA_INT, 8, SI_QUEUE);
            info.set(ValueLayout.JAVA_INT, 24, sent + 1);
            if (Door.call(SyscallNumbers.SYS_rt_sigqueueinfo, pid, SIGNAL, info.address()) == 0) {
                sent++;
            }
        }
    }
}
