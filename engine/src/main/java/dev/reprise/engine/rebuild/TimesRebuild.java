package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fsetxattr;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_utimensat;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.ExtendedAttribute;
import dev.reprise.image.state.FileAttributes;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;

/** Times and extended attributes of files that a restore makes, replaces or fills; {@link #set} stands behind all that moves the times. */
final class TimesRebuild {
    private static final long NANOS = 1_000_000_000L;

    private TimesRebuild() {}

    /** Adds both for the file at a descriptor, which the program may open for writing. */
    static void set(ProgramBuilder p, int number, FileAttributes attributes) {
        for (ExtendedAttribute attribute : attributes.extended()) {
            p.privileged(
                            SYS_fsetxattr,
                            Arg.of(number),
                            p.string(attribute.name()),
                            p.bytes(attribute.value().toArray()),
                            Arg.of(attribute.value().length()),
                            Arg.of(0))
                    .about("attribute " + attribute.name() + " of a file without a name");
        }
        if (attributes.hasTimes()) {
            // Only the file's owner may.
            p.attempt(
                    SYS_utimensat,
                    Arg.of(number),
                    Arg.of(0),
                    times(p, attributes.atimeNanos(), attributes.mtimeNanos()),
                    Arg.of(0));
        }
    }

    /** Adds the times of a file that {@code path} (an address) leads to, if they are known; a link itself is meant. */
    static void set(ProgramBuilder p, Arg path, FileIdentity file) {
        set(p, path, file, Fcntl.AT_SYMLINK_NOFOLLOW);
    }

    /** The same for the file at a descriptor, which may be one that only leads to it (O_PATH). */
    static void set(ProgramBuilder p, int number, FileIdentity file) {
        set(p, p.string("/proc/self/fd/" + number), file, 0);
    }

    private static void set(ProgramBuilder p, Arg path, FileIdentity file, int flags) {
        if (file.atimeNanos() != FileAttributes.UNKNOWN_TIME) {
            p.attempt(
                    SYS_utimensat,
                    Arg.of(Fd.AT_FDCWD),
                    path,
                    times(p, file.atimeNanos(), file.mtimeNanos()),
                    Arg.of(flags));
        }
    }

    // struct timespec { s64 seconds, nanoseconds; } accessed, modified
    private static Slot times(ProgramBuilder p, long accessed, long modified) {
        return p.longs(
                Math.floorDiv(accessed, NANOS),
                Math.floorMod(accessed, NANOS),
                Math.floorDiv(modified, NANOS),
                Math.floorMod(modified, NANOS));
    }
}
