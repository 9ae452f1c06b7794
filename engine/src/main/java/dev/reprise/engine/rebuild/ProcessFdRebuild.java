package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_clone;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pidfd_open;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.ProcessFd;
import dev.reprise.kernel.Fcntl;

/** Descriptors that stand for processes and threads, living and gone ones ({@link LateFiles}). */
final class ProcessFdRebuild {
    private static final long CLONE_VM = 0x100;
    private static final long CLONE_PIDFD = 0x1000;
    private static final long CLONE_VFORK = 0x4000;
    private static final int WAIT_ALL = 0x40000000; // __WALL
    private static final int OPENING = Fcntl.O_NONBLOCK | Fcntl.O_EXCL;

    private ProcessFdRebuild() {}

    static void open(ProgramBuilder p, OpenFiles files, ProcessFd file) {
        if (file.pid() == 0) {
            ofOneThatIsGone(p, files, file);
        } else {
            Step opened =
                    p.call(SYS_pidfd_open, file.pid(), file.flags() & OPENING).about("pidfd of " + file.pid());
            files.place(p, opened, file);
        }
    }

    // A child that ends at once; it has no signal for its end, and no stack of its own is needed until then.
    private static void ofOneThatIsGone(ProgramBuilder p, OpenFiles files, ProcessFd file) {
        Slot descriptor = p.space(Long.BYTES);
        Label child = p.label();
        Label after = p.label();
        Step born = p.fork(
                SYS_clone,
                child,
                Arg.of(CLONE_VM | CLONE_VFORK | CLONE_PIDFD),
                Arg.of(0),
                descriptor,
                Arg.of(0),
                Arg.of(0));
        p.call(SYS_wait4, born, Arg.of(0), Arg.of(WAIT_ALL), Arg.of(0));
        p.go(after);
        p.place(child);
        p.attempt(SYS_exit, 0);
        p.place(after);
        files.place(p, p.load4(descriptor), file);
        files.setFlags(p, file);
    }
}
