package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ProcessState;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import java.nio.charset.StandardCharsets;

/**
 * Who logged in to start a process, as audit(7) counts it. Children inherit it, and each write begins another audit session:
 * so it is written only where it is not the parent's. An executable keeps that of whoever executes it.
 */
final class LoginUidRebuild {
    private LoginUidRebuild() {}

    /** Adds, in one thread with the restore's own privileges. */
    static void add(ProgramBuilder p, Image image, ProcessState process) {
        int uid = process.modes().loginUid();
        boolean inherits = image.processes().stream()
                .anyMatch(other ->
                        other.pid() == process.parentPid() && other.modes().loginUid() == uid);
        if (!inherits) {
            // Another's needs CAP_AUDIT_CONTROL, and there may be no audit: it is not worth a failed restore.
            byte[] text = Integer.toUnsignedString(uid).getBytes(StandardCharsets.US_ASCII);
            Step file =
                    p.attempt(SYS_openat, Arg.of(Fd.AT_FDCWD), p.string("/proc/self/loginuid"), Arg.of(Fcntl.O_WRONLY));
            p.attempt(SYS_write, file, p.bytes(text), Arg.of(text.length));
            p.attempt(SYS_close, file);
        }
    }
}
