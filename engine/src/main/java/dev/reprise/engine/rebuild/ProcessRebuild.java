package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setpgid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SignalHandlers;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.Prctl;
import java.nio.charset.StandardCharsets;

/** What belongs to a whole process, in the three places of its leader's programs where it must stand. */
public final class ProcessRebuild {
    private ProcessRebuild() {}

    /** First of all in the root: a session or group of its own. */
    public static void leave(ProgramBuilder p, boolean ownSession) {
        if (ownSession) {
            p.call(SYS_setsid).about("a session of its own");
        } else {
            p.call(SYS_setpgid, 0, 0).about("a process group of its own");
        }
    }

    /**
     * While there is one thread with the restore's own privileges: the inclination of the OOM killer, subreaper.
     */
    public static void begin(ProgramBuilder p, ProcessState process) {
        oomScore(p, process.oomScoreAdj());
        if (process.childSubreaper()) {
            p.call(SYS_prctl, Prctl.PR_SET_CHILD_SUBREAPER, 1).about("child subreaper");
        }
    }

    // Lowering needs CAP_SYS_RESOURCE, and /proc may be missing: neither is worth a failed restore.
    private static void oomScore(ProgramBuilder p, int adjustment) {
        String text = Integer.toString(adjustment);
        Step file = p.attempt(
                SYS_openat, Arg.of(Fd.AT_FDCWD), p.string("/proc/self/oom_score_adj"), Arg.of(Fcntl.O_WRONLY));
        p.attempt(SYS_write, file, p.bytes(text.getBytes(StandardCharsets.ISO_8859_1)), Arg.of(text.length()));
        p.attempt(SYS_close, file);
    }

    /**
     * When memory and all threads are there, before any thread's own program: dispositions (setting one discards
     * pending signals), then the signals pending for the process, POSIX timers (not running yet).
     */
    public static void prepare(ProgramBuilder p, Image image, ProcessState process, boolean ownsHandlers) {
        if (ownsHandlers) {
            SignalHandlersRebuild.add(p, image.object(process.signalHandlers(), SignalHandlers.class));
        }
        PendingSignalsRebuild.shared(p, Arg.of(process.pid()), process.pendingSignals());
        TimersRebuild.create(p, process.posixTimers());
    }

    /**
     * The leader's last words, when all other threads have run their own programs: its own attributes, then (changed ids
     * have reset it) dumpable; the timers run from here on.
     */
    public static LimitsRebuild finish(ProgramBuilder p, ProcessState process, int dumpable) {
        ThreadRebuild.attributes(p, process.pid(), process.leader());
        LimitsRebuild limits = new LimitsRebuild(p, process.limits());
        ThreadRebuild.credentials(p, process.leader());
        if (dumpable == 0 || dumpable == 1) {
            p.call(SYS_prctl, Prctl.PR_SET_DUMPABLE, dumpable).about("dumpable");
        }
        ProcessModesRebuild.finish(p, process.modes());
        TimersRebuild.start(p, process.posixTimers(), process.intervalTimers());
        return limits;
    }
}
