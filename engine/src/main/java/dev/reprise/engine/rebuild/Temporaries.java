package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close_range;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_dup3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;

import dev.reprise.engine.model.StandardStreams;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The descriptors that a seed holds while a program's own are made: the standard streams that it inherits, the terminal,
 * the image file.
 *
 * <p>They stand above the image's highest, as low as possible: a descriptor table never shrinks again.
 *
 * @param first the lowest: one above the image's highest
 * @param handed descriptors of the caller's that it inherits, too
 */
record Temporaries(int first, List<Integer> handed) {
    private static final int STREAMS = 3;
    private static final int TERMINAL = 3;
    private static final int IMAGE = 4;
    private static final int COUNT = 5;
    private static final long SIGN = Long.MIN_VALUE;
    private static final long ALL = 0xffffffffL;

    /** Where the image's descriptors find what they inherit. */
    InheritedStreams streams() {
        return new InheritedStreams(first, first + 1, first + 2, first + TERMINAL, first + COUNT);
    }

    /** The image file. */
    int image() {
        return first + IMAGE;
    }

    /** The lowest number that is free for others. */
    int above() {
        return first + COUNT + handed.size();
    }

    private int place(int index) {
        return first + (index < STREAMS ? index : COUNT + index - STREAMS);
    }

    /** Adds: streams, what is handed over and image to their places, everything else closed. {@code image} is a path, or empty. */
    void open(ProgramBuilder p, StandardStreams streams, String image) {
        int[] sources = IntStream.concat(
                        IntStream.of(streams.in(), streams.out(), streams.err()),
                        handed.stream().mapToInt(Integer::intValue))
                .toArray();
        // In two steps: a stream, or what was opened in its stead, may stand where another one goes, or at its own
        // place.
        Slot[] copies = new Slot[sources.length];
        for (int i = 0; i < sources.length; i++) {
            copies[i] = p.space(8);
            if (sources[i] < 0) {
                openTerminal(p, copies[i], sources[i] == StandardStreams.TERMINAL);
            } else {
                p.store8(copies[i], p.attempt(SYS_fcntl, sources[i], Fcntl.F_DUPFD, above()));
                orNothing(p, copies[i]);
            }
        }
        for (int i = 0; i < sources.length; i++) {
            p.call(SYS_dup3, Arg.contentOf(copies[i]), Arg.of(place(i)), Arg.of(0))
                    .about(i < STREAMS ? "a standard stream" : "descriptor " + sources[i]);
        }
        Slot terminal = p.space(8);
        openTerminal(p, terminal, true);
        move(p, Arg.contentOf(terminal), first + TERMINAL, "the terminal");
        if (!image.isEmpty()) {
            Step file = p.call(SYS_openat, Arg.of(Fd.AT_FDCWD), p.string(image), Arg.of(Fcntl.O_RDONLY), Arg.of(0))
                    .about(image);
            move(p, file, image(), image);
        }
        if (first > 0) {
            p.call(SYS_close_range, 0, first - 1, 0);
        }
        p.call(SYS_close_range, above(), ALL, 0);
    }

    // It may have been opened at its place: dup3 to the same number is an error.
    private static void move(ProgramBuilder p, Arg from, int to, String subject) {
        Label there = p.label();
        p.jumpIfEqual(from, Arg.of(to), there);
        p.call(SYS_dup3, from, Arg.of(to), Arg.of(0)).about(subject);
        p.place(there);
    }

    private void openTerminal(ProgramBuilder p, Slot descriptor, boolean wanted) {
        if (wanted) {
            p.store8(descriptor, open(p, "/dev/tty", false));
            Label missing = p.label();
            Label done = p.label();
            p.jumpIfAny(descriptor, Arg.of(SIGN), missing);
            park(p, descriptor);
            p.go(done);
            p.place(missing);
            openNothing(p, descriptor);
            p.place(done);
        } else {
            openNothing(p, descriptor);
        }
    }

    private void orNothing(ProgramBuilder p, Slot descriptor) {
        Label missing = p.label();
        Label done = p.label();
        p.jumpIfAny(descriptor, Arg.of(SIGN), missing);
        p.go(done);
        p.place(missing);
        openNothing(p, descriptor);
        p.place(done);
    }

    private void openNothing(ProgramBuilder p, Slot descriptor) {
        p.store8(descriptor, open(p, "/dev/null", true));
        park(p, descriptor);
    }

    // Out of the way of those that have a place.
    private void park(ProgramBuilder p, Slot descriptor) {
        Slot opened = p.space(8);
        p.store8(opened, Arg.contentOf(descriptor));
        p.store8(
                descriptor,
                p.call(SYS_fcntl, Arg.contentOf(descriptor), Arg.of(Fcntl.F_DUPFD), Arg.of(above()))
                        .about("a descriptor number for the restore from " + above() + " on, below RLIMIT_NOFILE"));
        p.call(SYS_close, Arg.contentOf(opened));
    }

    private static Step open(ProgramBuilder p, String path, boolean required) {
        Arg[] args = {Arg.of(Fd.AT_FDCWD), p.string(path), Arg.of(Fcntl.O_RDWR | Fcntl.O_NOCTTY), Arg.of(0)};
        return required ? p.call(SYS_openat, args).about(path) : p.attempt(SYS_openat, args);
    }

    /** Adds: all of them closed, and whatever else stands above the program's own, when memory is loaded. */
    void close(ProgramBuilder p) {
        p.call(SYS_close_range, first, ALL, 0);
    }
}
