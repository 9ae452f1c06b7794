package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_dup3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.TerminalFile;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.Ioctl;
import java.util.OptionalInt;

/** Terminals, standard streams that lead outside the image, and what is handed over: restore's own take their place. */
final class StreamRebuild {
    private static final int LAST = 2;

    private final ProgramBuilder p;
    private final OpenFiles files;
    private final InheritedStreams streams;

    StreamRebuild(ProgramBuilder p, OpenFiles files, InheritedStreams streams) {
        this.p = p;
        this.files = files;
        this.streams = streams;
    }

    void attach(OpenFile file) {
        OptionalInt stream = files.streamFor(file);
        if (stream.isEmpty()) {
            reopen((TerminalFile) file);
            return;
        }
        for (Descriptor descriptor : files.descriptorsOf(file)) {
            int number = descriptor.number();
            // What was one open file may be three: each of 0-2 is restore's own of that number.
            p.call(
                            SYS_dup3,
                            streams.at(number <= LAST && stream.getAsInt() <= LAST ? number : stream.getAsInt()),
                            number,
                            descriptor.closeOnExec() ? Fcntl.O_CLOEXEC : 0)
                    .about("descriptor " + number);
            if (stream.getAsInt() > LAST || number <= LAST && (file.flags() & Fcntl.O_NONBLOCK) != 0) {
                p.attempt(SYS_fcntl, number, Fcntl.F_SETFL, file.flags() & OpenFiles.SETTABLE);
            }
        }
    }

    /**
     * Adds: the program's settings for the terminal that it has now, if it has one. Late, so that a restore that fails leaves
     * the terminal as it is; all signals are blocked, so that SIGTTOU stops nobody.
     */
    static void set(ProgramBuilder p, int number, Bytes settings) {
        if (!settings.isEmpty()) {
            p.attempt(SYS_ioctl, Arg.of(number), Arg.of(Ioctl.TCSETS2), p.bytes(settings.toArray()));
        }
    }

    // The terminal was opened once more, by name: so is restore's.
    private void reopen(TerminalFile file) {
        String path = "/proc/self/fd/" + streams.terminal();
        int flags = file.flags() & ~Fcntl.FASYNC | Fcntl.O_NOCTTY;
        files.place(
                p,
                p.call(SYS_openat, Arg.of(Fd.AT_FDCWD), p.string(path), Arg.of(flags), Arg.of(0))
                        .about("the terminal"),
                file);
    }
}
