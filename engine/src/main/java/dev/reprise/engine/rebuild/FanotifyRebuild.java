package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.Fanotify.FAN_MARK_ADD;
import static dev.reprise.kernel.Fanotify.FAN_MARK_DONT_FOLLOW;
import static dev.reprise.kernel.Fanotify.FAN_MARK_EVICTABLE;
import static dev.reprise.kernel.Fanotify.FAN_MARK_FILESYSTEM;
import static dev.reprise.kernel.Fanotify.FAN_MARK_IGNORE;
import static dev.reprise.kernel.Fanotify.FAN_MARK_IGNORED_MASK;
import static dev.reprise.kernel.Fanotify.FAN_MARK_MOUNT;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fanotify_init;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fanotify_mark;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.Fanotify;
import dev.reprise.image.state.FanotifyMark;
import dev.reprise.kernel.Fd;

/**
 * fanotify groups: made with the other descriptors, marked last of all, since whatever a restore opens on the way would be
 * an event of theirs.
 */
final class FanotifyRebuild {
    private final ProgramBuilder p;
    private final OpenFiles files;

    FanotifyRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
    }

    void create(Fanotify group) {
        files.place(
                p,
                p.call(SYS_fanotify_init, group.groupFlags(), group.eventFlags())
                        .about("fanotify group of descriptor " + files.numberOf(group)),
                group);
        files.setFlags(p, group);
    }

    void mark(Fanotify group) {
        int number = files.numberOf(group);
        for (FanotifyMark mark : group.marks()) {
            int common = mark.flags() & FAN_MARK_EVICTABLE;
            if (mark.mask() != 0) {
                add(number, mark, common, mark.mask());
            }
            if (mark.ignored() != 0) {
                // FAN_MARK_IGNORE takes the place of FAN_MARK_IGNORED_MASK, which has no say on children and
                // directories.
                boolean exact = (mark.flags() & FAN_MARK_IGNORE) != 0;
                add(number, mark, mark.flags() | (exact ? 0 : FAN_MARK_IGNORED_MASK), mark.ignored());
            }
        }
    }

    private void add(int number, FanotifyMark mark, int flags, int mask) {
        // The path is a real one: if its last component is a link, the link itself is marked.
        int where = switch (mark.scope()) {
            case INODE -> FAN_MARK_DONT_FOLLOW;
            case FILE_SYSTEM -> FAN_MARK_FILESYSTEM;
            case MOUNT -> FAN_MARK_MOUNT;
        };
        p.call(
                        SYS_fanotify_mark,
                        Arg.of(number),
                        Arg.of(FAN_MARK_ADD | where | flags),
                        Arg.of(Integer.toUnsignedLong(mask)),
                        Arg.of(Fd.AT_FDCWD),
                        p.string(mark.path()))
                .about(mark.path());
    }
}
