package dev.reprise.engine.capture;

import dev.reprise.engine.program.TerminalSettings;
import dev.reprise.engine.tracee.ForestStandstill;
import dev.reprise.engine.tracee.ProgramRunner;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.Pseudoterminal;
import dev.reprise.image.state.PseudoterminalEnd;
import dev.reprise.image.state.TypedAhead;
import dev.reprise.kernel.DeviceNumber;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.Ioctl;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.ProcStatus;
import org.jspecify.annotations.Nullable;

/** Pseudo terminals whose master is inside (script, tmux, sshd): both ends, what is between them, and whose terminal it is. */
final class PseudoterminalCapture implements OpenFileCapture {
    private static final int TERMINALS = 5;
    private static final int MASTER = 2;
    /** struct termios, the kernel's. */
    private static final int TERMIOS = 36;

    private static final int TERMIOS2 = 44;
    private static final int WINSIZE = 8;
    private static final int PERMISSIONS = 07777;

    /** Under which its record is known. */
    private record Key(int index) {}

    @Override
    public boolean recognizes(LiveDescriptor d) {
        long device = d.status().deviceNumber();
        return d.type() == Fcntl.S_IFCHR
                && DeviceNumber.major(device) == TERMINALS
                && DeviceNumber.minor(device) == MASTER;
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        look.requireOwn(d, "pseudo terminal");
        int index = Pseudoterminals.indexOf(d.info());
        String slave = Pseudoterminals.SLAVES + index;
        if (!look.pseudoterminals().hasMaster(index)) {
            look.refuseForNow(
                    d, "terminal on its way", "the master of " + slave + " is nowhere but in a message", "receive it");
            return;
        }
        if (look.isOpenOutside(d, slave)) {
            look.refuse(
                    d,
                    "terminal of another process",
                    "another process has " + slave + " open",
                    "checkpoint the processes together, or close it");
        }
        int session = TerminalState.number(d.copy(), Ioctl.TIOCGSID);
        if (session != 0 && look.set().outsiders().contain(session)) {
            look.refuse(
                    d,
                    "terminal of another session",
                    slave + " is the terminal of session " + session + ", which is outside",
                    "checkpoint the processes together");
        }
        if ((TerminalState.poll(d.copy()) & TerminalState.POLLPRI) != 0) {
            look.refuseForNow(
                    d, "terminal in packet mode", "a change of its state waits to be read", "try again later");
        }
    }

    /** What of a slave cannot be saved. */
    static void lookAtSlave(LiveDescriptor d, DescriptorLook look) {
        // Everybody's /dev/tty is another one.
        if (d.link().startsWith(Pseudoterminals.SLAVES) && look.isHeldOutside(d)) {
            look.refuse(
                    d,
                    "terminal of another process",
                    "another process has " + d.link() + " open",
                    "checkpoint the processes together, or close it");
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        return end(d, id, Pseudoterminals.indexOf(d.info()), true, take);
    }

    /** An open slave. */
    static OpenFile takeSlave(LiveDescriptor d, ObjectId id, int index, DescriptorTake take) throws KernelException {
        return end(d, id, index, false, take);
    }

    private static PseudoterminalEnd end(LiveDescriptor d, ObjectId id, int index, boolean master, DescriptorTake take)
            throws KernelException {
        ObjectId terminal = take.objects().find(new Key(index));
        if (terminal.equals(ObjectId.NONE)) {
            terminal = take.objects().register(new Key(index));
            take.objects().add(terminal(terminal, index, d, take));
        }
        return new PseudoterminalEnd(id, d.info().statusFlags(), take.owner(d), d.identity(), terminal, master);
    }

    private static Pseudoterminal terminal(ObjectId id, int index, LiveDescriptor d, DescriptorTake take)
            throws KernelException {
        Pseudoterminals all = take.look().pseudoterminals();
        String name = Pseudoterminals.SLAVES + index;
        Fd slave = all.openSlave(index);
        try (Fd master = all.openMaster(index);
                Fd _ = slave) {
            Bytes settings = TerminalState.bytes(master, Ioctl.TCGETS2, TERMIOS2, name);
            boolean packets = TerminalState.number(master, Ioctl.TIOCGPKT) != 0;
            int now = TerminalState.poll(master);
            Bytes locks = locks(master, name);
            if (!locks.isEmpty() && (now & TerminalState.POLLIN) != 0) {
                refuseLocked(d, name, take);
            }
            TypedAhead typed = slave == null
                    ? TypedAhead.NONE
                    : typed(slave, !locks.isEmpty(), index, settings.toArray(), packets, d, take);
            Bytes output = Bytes.empty();
            boolean stopped = slave != null && (TerminalState.poll(slave) & TerminalState.POLLOUT) == 0;
            boolean byCall = slave != null && stopped && isStoppedByCall(slave, take);
            if ((now & TerminalState.POLLIN) != 0) {
                Descriptions.Description held = all.master(index);
                ProgramRunner holder = take.guard().runner(held.pid());
                TerminalOutput.Found found = TerminalOutput.of(holder, held.number(), settings, packets, byCall);
                output = found.bytes();
                stopped = found.stopped();
            }
            FileStatus node = status(slave, name);
            return new Pseudoterminal(
                    id,
                    index,
                    TerminalState.number(master, Ioctl.TIOCGPTLCK) != 0,
                    packets,
                    slave != null && TerminalState.number(slave, Ioctl.TIOCGEXCL) != 0,
                    slave == null && (now & TerminalState.POLLHUP) != 0,
                    stopped,
                    settings,
                    TerminalState.bytes(master, Ioctl.TIOCGWINSZ, WINSIZE, name),
                    new Ownership(node.uid(), node.gid()),
                    node.mode() & PERMISSIONS,
                    session(TerminalState.number(master, Ioctl.TIOCGSID), take.level()),
                    group(TerminalState.number(master, Ioctl.TIOCGPGRP), take),
                    output,
                    typed,
                    locks,
                    byCall && stopped);
        }
    }

    // Keys (^S, ^Q) and calls (tcflow(3)) stop and start each for themselves; no call tells which it was.
    private static boolean isStoppedByCall(Fd slave, DescriptorTake take) {
        return take.look()
                .kernel()
                .of(memory -> {
                    long opened = memory.field(memory.file(slave), "file", "private_data");
                    long terminal = memory.field(opened, "tty_file_private", "tty");
                    return memory.field(terminal, "tty_struct", "flow.tco_stopped") != 0;
                })
                .orElse(false);
    }

    private static void refuseLocked(LiveDescriptor d, String name, DescriptorTake take) {
        take.look()
                .refuseForNow(
                        d,
                        "terminal with locked settings",
                        "what has been written to " + name + " waits, and its settings may not be changed to read it",
                        "try again when it is read");
    }

    private static Bytes locks(Fd master, String name) throws KernelException {
        Bytes locks = TerminalState.bytes(master, Ioctl.TIOCGLCKTRMIOS, TERMIOS, name);
        return locks.equals(Bytes.of(new byte[TERMIOS])) ? Bytes.empty() : locks;
    }

    // A line that is begun cannot be seen: where keys make lines, it is always looked for.
    private static TypedAhead typed(
            Fd slave,
            boolean locked,
            int index,
            byte[] settings,
            boolean packets,
            LiveDescriptor d,
            DescriptorTake take)
            throws KernelException {
        boolean isSeen = (TerminalState.poll(slave) & TerminalState.POLLIN) != 0;
        boolean hasLines = TerminalSettings.hasLines(settings);
        if (!isSeen && !hasLines) {
            return TypedAhead.NONE;
        }
        Descriptions.Description held = take.look().pseudoterminals().master(index);
        ForestStandstill standstill = take.guard().standstill(held.pid());
        TypedAhead typed = null;
        if (!locked
                && TerminalSettings.canTypeAgain(settings)
                && !take.look().pseudoterminals().signalsKeys(index)
                && standstill.isPossible()
                && take.guard().forbidden(held.pid(), TerminalKeys.CALLS).isEmpty()) {
            TerminalKeys keys = hasLines
                    ? new TerminalLines(held.number(), settings, packets)
                    : new TerminalBytes(held.number(), settings, packets);
            typed = keys.run(standstill);
        }
        if (typed == null && isSeen) {
            take.look()
                    .refuseForNow(
                            d,
                            "terminal with unread keys",
                            "what has been typed at " + Pseudoterminals.SLAVES + index
                                    + " can be read only once, and not be typed again",
                            "try again when the program has read it");
        }
        return typed == null ? TypedAhead.NONE : typed;
    }

    private static FileStatus status(@Nullable Fd slave, String name) throws KernelException {
        return slave == null ? FileStatus.of(name) : FileStatus.of(slave);
    }

    // Its leader lives, and is inside.
    private static int session(int session, IdLevel level) throws KernelException {
        return session == 0 ? 0 : level.id(ProcStatus.of(session, session), "NSsid");
    }

    // Its leader may have ended.
    private static int group(int group, DescriptorTake take) throws KernelException {
        for (Member member : take.look().set().members()) {
            if (ProcStat.of(member.tid()).group() == group) {
                return take.level().id(ProcStatus.of(member.tid(), member.tid()), "NSpgid");
            }
        }
        return 0;
    }
}
