package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mkdir;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rmdir;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_unlink;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A name that was gone at the checkpoint, taken for a moment so that the file made under it is known by it again.
 *
 * <p>Directories on the way that are missing are made and removed again; a name that somebody else has by now is left to
 * him, and one beside it is taken.
 */
final class GoneName {
    private static final long SIGN = Long.MIN_VALUE;
    private static final int DIRECTORY_MODE = 0700;
    private static final String BESIDE = ".reprise";

    private final ProgramBuilder p;
    private final String path;
    private final Slot chosen;
    private final Slot result;
    private final List<Slot> directories = new ArrayList<>();

    private GoneName(ProgramBuilder p, String path) {
        this.p = p;
        this.path = path;
        chosen = p.space(Long.BYTES);
        result = p.space(Long.BYTES);
    }

    /** Adds the making of a file by {@code call}, whose arguments follow from the name (an address). */
    static GoneName make(ProgramBuilder p, String path, int call, Function<Arg, Arg[]> arguments) {
        GoneName name = new GoneName(p, path);
        Label missing = p.label();
        Label taken = p.label();
        Label made = p.label();
        name.attempt(p.string(path), call, arguments, missing);
        p.go(made);
        p.place(missing);
        name.makeDirectories();
        name.attempt(p.string(path), call, arguments, taken);
        p.go(made);
        p.place(taken);
        Slot beside = p.string(path + BESIDE);
        p.store8(name.chosen, beside);
        p.store8(name.result, p.call(call, arguments.apply(beside)).about(path));
        p.place(made);
        return name;
    }

    private void attempt(Slot name, int call, Function<Arg, Arg[]> arguments, Label failed) {
        p.store8(chosen, name);
        p.store8(result, p.attempt(call, arguments.apply(name)));
        p.jumpIfAny(result, Arg.of(SIGN), failed);
    }

    private void makeDirectories() {
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            Slot name = p.string(path.substring(0, slash));
            Slot made = p.longs(-1);
            p.store8(made, p.attempt(SYS_mkdir, name, Arg.of(DIRECTORY_MODE)));
            directories.add(made);
        }
    }

    /** The name that it got, an address. */
    Arg name() {
        return Arg.contentOf(chosen);
    }

    /** What the call returned. */
    Arg result() {
        return Arg.contentOf(result);
    }

    /** Adds: the file's name is gone again. */
    void unlink() {
        remove(SYS_unlink);
    }

    /** The same for a directory. */
    void rmdir() {
        remove(SYS_rmdir);
    }

    private void remove(int call) {
        p.call(call, name()).about(path);
        int slash = path.length();
        for (int i = directories.size() - 1; i >= 0; i--) {
            slash = path.lastIndexOf('/', slash - 1);
            Label made = p.label();
            Label next = p.label();
            p.jumpIfEqual(Arg.contentOf(directories.get(i)), Arg.of(0), made);
            p.go(next);
            p.place(made);
            p.call(SYS_rmdir, p.string(path.substring(0, slash))).about(path);
            p.place(next);
        }
    }
}
