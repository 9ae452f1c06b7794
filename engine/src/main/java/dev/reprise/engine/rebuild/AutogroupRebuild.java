package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.ProcessState;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import java.nio.charset.StandardCharsets;

/** The nice value of the group that the scheduler makes of a session (sched(7), autogroup): of its leader, who has its session by now. */
final class AutogroupRebuild {
    private AutogroupRebuild() {}

    /** Adds, with the restore's own privileges and root. */
    static void add(ProgramBuilder p, ProcessState process) {
        int nice = process.modes().autogroupNice();
        if (nice != 0) {
            // There may be no such groups here, and a lower value takes a right: it is not worth a failed restore.
            byte[] text = Integer.toString(nice).getBytes(StandardCharsets.US_ASCII);
            Step file = p.attempt(
                    SYS_openat, Arg.of(Fd.AT_FDCWD), p.string("/proc/self/autogroup"), Arg.of(Fcntl.O_WRONLY));
            p.attempt(SYS_write, file, p.bytes(text), Arg.of(text.length));
            p.attempt(SYS_close, file);
        }
    }
}
