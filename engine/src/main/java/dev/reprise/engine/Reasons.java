package dev.reprise.engine;

import dev.reprise.engine.capture.BoundException;
import dev.reprise.engine.capture.CancelledException;
import dev.reprise.engine.capture.CannotCapture;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.Target;
import dev.reprise.engine.proof.UnprovedException;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.TaskDiedException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** From what went wrong inside to the reasons of the API. */
final class Reasons {
    private Reasons() {}

    /** Why a checkpoint of {@code target} into {@code sink} failed. */
    static Reason ofCheckpoint(Target target, String sink, Exception failure) {
        return switch (failure) {
            case CannotCapture cannot -> new Reason.Unsupported(target, cannot.refusals());
            case NotExecutable not -> new Reason.Unsupported(target, not.refusals());
            case CancelledException _ -> new Reason.Cancelled();
            case BoundException bound -> new Reason.OutOfBounds(bound.what(), bound.help());
            case TaskDiedException died -> new Reason.TaskDied(died.tid(), target.text() + " ended meanwhile");
            case KernelException kernel -> ofKernel(target, kernel);
            case UnprovedException unproved -> new Reason.Unproved(unproved.flaws());
            case IOException io -> ofIo(sink, io);
            default -> throw unexpected(failure);
        };
    }

    /** Why something with {@code target} failed in the kernel. */
    static Reason ofKernel(Target target, KernelException failure) {
        return switch (failure.errno()) {
            case ESRCH -> gone(target);
            case ENOENT -> isGone(target) ? gone(target) : new Reason.Io(about(target, failure), "");
            case EPERM, EACCES ->
                new Reason.Denied(
                        about(target, failure),
                        "run as root, or with CAP_SYS_PTRACE, CAP_SYS_ADMIN and CAP_CHECKPOINT_RESTORE; see 'reprise check'");
            default -> pidOf(target) != 0 && isGone(target) ? gone(target) : new Reason.Io(about(target, failure), "");
        };
    }

    /** Why the kernel did not make what an image has. */
    static Reason ofKernel(KernelException failure) {
        String what = String.valueOf(failure.getMessage());
        return failure.errno() == Errno.EPERM
                ? new Reason.Denied(what, "a capability is missing; see 'reprise check'")
                : new Reason.Io(what, "");
    }

    private static Reason gone(Target target) {
        return new Reason.TaskDied(pidOf(target), "there is no " + target.text());
    }

    private static int pidOf(Target target) {
        return switch (target) {
            case Target.Tree tree -> tree.pid();
            case Target.Only only -> only.pid();
            case Target.PidNamespaceOf namespace -> namespace.pid();
            case Target.Cgroup _ -> 0;
        };
    }

    private static String about(Target target, KernelException failure) {
        return target.text() + ": " + failure.getMessage();
    }

    private static boolean isGone(Target target) {
        int pid = pidOf(target);
        return pid == 0 || isGone(pid);
    }

    // One that has ended and waits for its parent, or is about to, has nothing left to look at, either.
    static boolean isGone(int pid) {
        try {
            for (int tid : Proc.numbers("/proc/" + pid + "/task")) {
                if (!ProcStat.ofTask(pid, tid).isEnding()) {
                    return false;
                }
            }
            return true;
        } catch (KernelException gone) {
            return true;
        }
    }

    /** Why a file or stream could not be read or written. */
    static Reason ofIo(String where, IOException failure) {
        return switch (failure) {
            case NoSuchFileException _ -> new Reason.Io(where + ": no such file or directory", "");
            case AccessDeniedException _ -> new Reason.Denied(where + ": permission denied", "");
            case ClosedByInterruptException _ -> new Reason.Cancelled();
            case FileSystemException e when e.getReason() != null -> new Reason.Io(where + ": " + e.getReason(), "");
            default -> new Reason.Io(where + ": " + failure.getMessage(), "");
        };
    }

    static RuntimeException unexpected(Exception failure) {
        return failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
    }
}
