package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.*;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.tracee.FilterRun;
import dev.reprise.engine.tracee.Tracee;
import dev.reprise.kernel.Futex;
import dev.reprise.kernel.Seccomp;
import dev.reprise.kernel.Shm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether a frozen thread's seccomp filters would let it come home.
 *
 * <p>Filters rest while we trace (PTRACE_O_SUSPEND_SECCOMP); should we die, they judge the calls that lead home, and a
 * program must not die of that.
 */
final class SeccompLook {
    private static final int INSTRUCTION = 8;
    private static final int RETURN_CONSTANT = 6;
    private static final int SIG_SETMASK = 2;

    /** The calls that must work, as they are made. */
    private static final Map<String, long[]> NEEDED = new LinkedHashMap<>();

    /** Those that may fail, but not kill. */
    private static final Map<String, Integer> HARMLESS = new LinkedHashMap<>();

    static {
        NEEDED.put("shmat", new long[] {SYS_shmat, 0, 0, Shm.SHM_EXEC});
        NEEDED.put("shmdt", new long[] {SYS_shmdt});
        NEEDED.put("futex", new long[] {SYS_futex, 0, Futex.FUTEX_WAKE, Integer.MAX_VALUE});
        NEEDED.put("rt_sigprocmask", new long[] {SYS_rt_sigprocmask, SIG_SETMASK, 0, 0, 8});
        NEEDED.put("rt_sigreturn", new long[] {SYS_rt_sigreturn});
        HARMLESS.put("futex_waitv", SYS_futex_waitv);
        HARMLESS.put("shmctl", SYS_shmctl);
        HARMLESS.put("close", SYS_close);
        HARMLESS.put("rt_sigpending", SYS_rt_sigpending);
        HARMLESS.put("rt_sigaction", SYS_rt_sigaction);
        HARMLESS.put("getitimer", SYS_getitimer);
        HARMLESS.put("timer_gettime", SYS_timer_gettime);
        HARMLESS.put("timer_getoverrun", SYS_timer_getoverrun);
        HARMLESS.put("prlimit64", SYS_prlimit64);
        HARMLESS.put("prctl", SYS_prctl);
        HARMLESS.put("arch_prctl", SYS_arch_prctl);
        HARMLESS.put("brk", SYS_brk);
        HARMLESS.put("waitid", SYS_waitid);
        HARMLESS.put("sigaltstack", SYS_sigaltstack);
        HARMLESS.put("personality", SYS_personality);
    }

    private SeccompLook() {}

    /** All of a process's frozen threads. */
    static List<Refusal> look(SeccompCapture seccomp) {
        List<Refusal> refusals = new ArrayList<>(0);
        seccomp.byThread().forEach((tracee, filters) -> {
            List<byte[]> programs =
                    filters.stream().map(filter -> filter.program().toArray()).toList();
            if (!programs.isEmpty()) {
                look(tracee, programs, refusals);
            }
        });
        return refusals;
    }

    private static void look(Tracee tracee, List<byte[]> filters, List<Refusal> refusals) {
        for (byte[] filter : filters) {
            if (mayNotify(filter)) {
                refusals.add(new Refusal(
                        "seccomp filter with a listener",
                        tracee.toString(),
                        "another process decides about its calls (SECCOMP_RET_USER_NOTIF)",
                        ""));
                return;
            }
        }
        List<String> fatal = new ArrayList<>();
        NEEDED.forEach((name, call) -> {
            int action = action(filters, (int) call[0], Arrays.copyOfRange(call, 1, call.length));
            if (action != Seccomp.RET_ALLOW && action != Seccomp.RET_LOG) {
                fatal.add(name);
            }
        });
        HARMLESS.forEach((name, number) -> {
            int action = action(filters, number);
            if (action < Seccomp.RET_ERRNO || action == Seccomp.RET_TRACE) {
                fatal.add(name);
            }
        });
        if (!fatal.isEmpty()) {
            refusals.add(new Refusal(
                    "seccomp filter",
                    tracee.toString(),
                    "it forbids " + String.join(", ", fatal)
                            + ": should the tool be killed in the middle, the program would die of it",
                    ""));
        }
    }

    /** Which of these calls, by name, a thread's filters do not allow. */
    static List<String> forbidden(SeccompCapture seccomp, Tracee tracee, Map<String, Integer> calls) {
        List<byte[]> filters = seccomp.byThread().getOrDefault(tracee, List.of()).stream()
                .map(filter -> filter.program().toArray())
                .toList();
        List<String> forbidden = new ArrayList<>(0);
        calls.forEach((name, number) -> {
            int action = action(filters, number);
            if (action != Seccomp.RET_ALLOW && action != Seccomp.RET_LOG) {
                forbidden.add(name);
            }
        });
        return forbidden;
    }

    // All are asked, and the strictest answer counts: the values are ordered so.
    private static int action(List<byte[]> filters, int number, long... arguments) {
        int strictest = Seccomp.RET_ALLOW;
        for (byte[] filter : filters) {
            strictest = Math.min(strictest, FilterRun.action(filter, number, arguments));
        }
        return strictest;
    }

    private static boolean mayNotify(byte[] filter) {
        ByteBuffer program = ByteBuffer.wrap(filter).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < filter.length; at += INSTRUCTION) {
            if (program.getShort(at) == RETURN_CONSTANT
                    && (program.getInt(at + 4) & Seccomp.RET_ACTION_FULL) == Seccomp.RET_USER_NOTIF) {
                return true;
            }
        }
        return false;
    }
}
