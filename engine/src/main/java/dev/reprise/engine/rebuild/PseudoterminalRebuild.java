package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchmod;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.TerminalSettings;
import dev.reprise.image.state.HungUpTerminal;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Pseudoterminal;
import dev.reprise.image.state.PseudoterminalEnd;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.Ioctl;
import java.util.List;

/** Pseudo terminals: the master first, under its old index where that is free; the slaves through it. */
final class PseudoterminalRebuild {
    private static final String MASTER = "/dev/ptmx";
    /** A lower index that is free is given first: so many are taken, and given back. */
    private static final int MOST = 4096;

    private final ProgramBuilder p;
    private final OpenFiles files;

    PseudoterminalRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
    }

    /** A terminal and all its open ends; the slot has its index. */
    Slot create(Pseudoterminal terminal, List<PseudoterminalEnd> ends) {
        Slot index = p.space(8);
        Step master = files.park(p, Arg.contentOf(open(terminal.index(), index)));
        lock(master, 0);
        List<PseudoterminalEnd> slaves =
                ends.stream().filter(end -> !end.master()).toList();
        set(terminal, master, !slaves.isEmpty() || terminal.closed());
        for (PseudoterminalEnd end : ends) {
            if (end.master()) {
                files.placeParked(p, master, end);
            } else {
                int flags = end.flags() & ~Fcntl.FASYNC | Fcntl.O_NOCTTY;
                files.place(p, peer(master, flags), end);
            }
            files.setFlags(p, end);
        }
        if (terminal.packets()) {
            p.call(SYS_ioctl, master, Arg.of(Ioctl.TIOCPKT), p.ints(1)).about("a terminal");
        }
        if (terminal.locked()) {
            lock(master, 1);
        }
        p.call(SYS_close, master);
        return index;
    }

    /** A slave that loses its master at once. */
    void createHungUp(HungUpTerminal terminal) {
        Step master = p.call(
                        SYS_openat,
                        Arg.of(Fd.AT_FDCWD),
                        p.string(MASTER),
                        Arg.of(Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC),
                        Arg.of(0))
                .about(MASTER);
        lock(master, 0);
        int flags = terminal.flags() & ~Fcntl.FASYNC | Fcntl.O_NOCTTY;
        Step slave = peer(master, flags);
        p.call(SYS_close, master);
        files.place(p, slave, terminal);
        files.setFlags(p, terminal);
    }

    /** A terminal that was opened as /dev/tty: so again, or, in a leader that takes it only later, through its master. */
    void openControlling(PseudoterminalEnd end, ObjectId master) {
        int flags = end.flags() & ~Fcntl.FASYNC | Fcntl.O_NOCTTY;
        Slot opened = p.space(8);
        Label there = p.label();
        Label missing = p.label();
        p.store8(
                opened,
                p.attempt(SYS_openat, Arg.of(Fd.AT_FDCWD), p.string(end.file().path()), Arg.of(flags), Arg.of(0)));
        p.jumpIfAny(opened, Arg.of(Long.MIN_VALUE), missing);
        p.go(there);
        p.place(missing);
        p.store8(opened, peer(Arg.of(files.numberOf(master)), flags));
        p.place(there);
        files.place(p, Arg.contentOf(opened), end);
    }

    // Indexes are given from the lowest on. When the wanted one is not free any more the next is as good.
    private Slot open(int wanted, Slot index) {
        Slot others = p.space(8L * MOST);
        Slot end = p.space(8);
        Slot opened = p.space(8);
        Label again = p.label();
        Label found = p.label();
        Label close = p.label();
        Label closed = p.label();
        p.store8(end, others);
        p.place(again);
        p.store8(
                opened,
                p.call(
                                SYS_openat,
                                Arg.of(Fd.AT_FDCWD),
                                p.string(MASTER),
                                Arg.of(Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC),
                                Arg.of(0))
                        .about(MASTER));
        p.call(SYS_ioctl, Arg.contentOf(opened), Arg.of(Ioctl.TIOCGPTN), index).about(MASTER);
        p.jumpIfEqual(Arg.contentOf(index), Arg.of(wanted), found);
        if (wanted > MOST) {
            p.go(found);
        }
        // Above it: it is somebody else's.
        Slot below = p.space(8);
        p.store8(below, p.add(Arg.contentOf(index), Arg.of(-(long) wanted)));
        Label lower = p.label();
        p.jumpIfAny(below, Arg.of(Long.MIN_VALUE), lower);
        p.go(found);
        p.place(lower);
        p.store8(Arg.contentOf(end), Arg.contentOf(opened));
        p.store8(end, p.add(Arg.contentOf(end), Arg.of(8)));
        p.go(again);
        p.place(found);
        p.place(close);
        p.jumpIfEqual(Arg.contentOf(end), others, closed);
        p.store8(end, p.add(Arg.contentOf(end), Arg.of(-8)));
        p.call(SYS_close, p.load4(Arg.contentOf(end)));
        p.go(close);
        p.place(closed);
        return opened;
    }

    private Step peer(Arg master, int flags) {
        return p.call(SYS_ioctl, master, Arg.of(Ioctl.TIOCGPTPEER), Arg.of(flags))
                .about("the slave of a terminal");
    }

    private void lock(Arg master, int on) {
        p.call(SYS_ioctl, master, Arg.of(Ioctl.TIOCSPTLCK), p.ints(on)).about("a terminal");
    }

    // A slave that is opened and closed again leaves its mark: only where there was one.
    private void set(Pseudoterminal terminal, Arg master, boolean opened) {
        byte[] settings = terminal.settings().toArray();
        Arg any = opened ? peer(master, Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC) : master;
        if (opened) {
            p.call(
                            SYS_fchown,
                            any,
                            Arg.of(terminal.ownership().uid()),
                            Arg.of(terminal.ownership().gid()))
                    .about("a terminal");
            p.call(SYS_fchmod, any, Arg.of(terminal.mode())).about("a terminal");
        }
        byte[] output = terminal.output().toArray();
        if (output.length > 0 && opened) {
            settings(any, TerminalSettings.plain(settings));
            p.expect(output.length, SYS_write, any, p.bytes(output), Arg.of(output.length))
                    .about("the output of a terminal");
        }
        if (opened) {
            TypedAheadRebuild.typeAgain(p, master, any, settings, terminal.typed());
        }
        settings(any, settings);
        TypedAheadRebuild.writeRest(p, master, terminal.typed());
        p.call(
                        SYS_ioctl,
                        any,
                        Arg.of(Ioctl.TIOCSWINSZ),
                        p.bytes(terminal.window().toArray()))
                .about("a terminal");
        if (terminal.stopped() && opened) {
            TerminalSettings.stop(p, master, any, settings, terminal.stoppedByCall());
        }
        if (!terminal.locks().isEmpty()) {
            p.call(
                            SYS_ioctl,
                            any,
                            Arg.of(Ioctl.TIOCSLCKTRMIOS),
                            p.bytes(terminal.locks().toArray()))
                    .about("the locked settings of a terminal");
        }
        if (opened) {
            if (terminal.exclusive()) {
                p.call(SYS_ioctl, any, Arg.of(Ioctl.TIOCEXCL), Arg.of(0)).about("a terminal");
            }
            p.call(SYS_close, any);
        }
    }

    private void settings(Arg terminal, byte[] settings) {
        p.call(SYS_ioctl, terminal, Arg.of(Ioctl.TCSETS2), p.bytes(settings)).about("the settings of a terminal");
    }

    /** Adds, in a new session leader: a terminal becomes its controlling one. */
    static void control(ProgramBuilder p, int master) {
        Step slave = p.call(
                        SYS_ioctl,
                        Arg.of(master),
                        Arg.of(Ioctl.TIOCGPTPEER),
                        Arg.of(Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC))
                .about("the controlling terminal");
        p.call(SYS_ioctl, slave, Arg.of(Ioctl.TIOCSCTTY), Arg.of(0)).about("the controlling terminal");
        p.call(SYS_close, slave);
    }
}
