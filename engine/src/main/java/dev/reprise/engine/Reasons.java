package dev.reprise.engine;

import dev.reprise.engine.capture.CancelledException;
import dev.reprise.engine.capture.CannotCapture;
import dev.reprise.engine.model.Reason;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.TaskDiedException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** From what went wrong inside to the reasons of the API. */
final class Reasons {
    private Reasons() {}

    /** Why a checkpoint of {@code pid} into {@code sink} failed. */
    static Reason ofCheckpoint(int pid, String sink, Exception failure) {
        return switch (failure) {
            case CannotCapture cannot -> new Reason.Unsupported(pid, cannot.refusals());
            case NotExecutable not -> new Reason.Unsupported(pid, not.refusals());
            case CancelledException _ -> new Reason.Cancelled();
            case TaskDiedException died -> new Reason.TaskDied(died.tid(), "process " + pid + " ended meanwhile");
            case KernelException kernel -> ofKernel(pid, kernel);
            case IOException io -> ofIo(sink, io);
            default -> throw unexpected(failure);
        };
    }

    /** Why something with {@code pid} failed in the kernel. */
    static Reason ofKernel(int pid, KernelException failure) {
        return switch (failure.errno()) {
            case ESRCH -> gone(pid);
            case ENOENT -> isGone(pid) ? gone(pid) : new Reason.Io(about(pid, failure), "");
            case EPERM, EACCES ->
                new Reason.Denied(
                        about(pid, failure),
                        "run as root, or with CAP_SYS_PTRACE, CAP_SYS_ADMIN and CAP_CHECKPOINT_RESTORE; see 'reprise"
                                + " check'");
            default -> new Reason.Io(about(pid, failure), "");
        };
    }

    static Reason gone(int pid) {
        return new Reason.TaskDied(pid, "there is no process " + pid);
    }

    private static String about(int pid, KernelException failure) {
        return "process " + pid + ": " + failure.getMessage();
    }

    static boolean isGone(int pid) {
        return dev.reprise.kernel.Door.call(dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill, pid, 0)
                == -Errno.ESRCH.code();
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
