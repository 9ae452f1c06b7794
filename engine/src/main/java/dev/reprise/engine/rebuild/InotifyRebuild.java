package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.Inotify.IN_DELETE_SELF;
import static dev.reprise.kernel.Inotify.IN_DONT_FOLLOW;
import static dev.reprise.kernel.Inotify.IN_NONBLOCK;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_inotify_add_watch;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_inotify_init1;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_inotify_rm_watch;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Inotify;
import dev.reprise.image.state.InotifyWatch;
import dev.reprise.image.state.ObjectId;

/**
 * inotify instances, each watch under its old number.
 *
 * <p>The kernel only counts watches up: a gap is crossed by adding and removing a watch on the instance's own inode, whose
 * IN_IGNORED is read at once. The real ones are quiet until that is done.
 */
final class InotifyRebuild {
    private static final int EVENTS = 4096;

    private final ProgramBuilder p;
    private final OpenFiles files;

    InotifyRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
    }

    void create(Inotify inotify) {
        files.place(p, p.call(SYS_inotify_init1, IN_NONBLOCK), inotify);
    }

    /** Adds the watches, when nothing is opened, made or written any more: else they would tell of it. */
    void watch(Inotify inotify) {
        int number = files.numberOf(inotify);
        int next = 1;
        for (InotifyWatch watch : inotify.watches()) {
            if (watch.descriptor() > next) {
                skipTo(number, watch.descriptor());
            }
            add(number, watch, IN_DELETE_SELF);
            next = watch.descriptor() + 1;
        }
        for (InotifyWatch watch : inotify.watches()) {
            add(number, watch, watch.mask());
        }
        files.setFlags(p, inotify);
    }

    private void add(int number, InotifyWatch watch, int mask) {
        // The path is a real one: if its last component is a link, the link itself is watched.
        boolean named = watch.file().equals(ObjectId.NONE);
        String path = named ? watch.path() : "/proc/self/fd/" + files.numberOf(watch.file());
        p.expect(
                        watch.descriptor(),
                        SYS_inotify_add_watch,
                        Arg.of(number),
                        p.string(path),
                        Arg.of(Integer.toUnsignedLong(named ? mask | IN_DONT_FOLLOW : mask)))
                .about(path);
    }

    private void skipTo(int number, int watch) {
        Slot self = p.string("/proc/self/fd/" + number);
        Slot events = p.space(EVENTS);
        Label again = p.label();
        Label done = p.label();
        p.place(again);
        Step added = p.call(SYS_inotify_add_watch, Arg.of(number), self, Arg.of(IN_DELETE_SELF))
                .about("watch numbers below " + watch);
        p.call(SYS_inotify_rm_watch, Arg.of(number), added);
        p.attempt(SYS_read, Arg.of(number), events, Arg.of(EVENTS));
        p.jumpIfEqual(added, Arg.of(watch - 1L), done);
        p.go(again);
        p.place(done);
    }
}
