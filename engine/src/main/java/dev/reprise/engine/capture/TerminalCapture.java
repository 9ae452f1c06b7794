package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.DeviceFile;
import dev.reprise.image.state.HungUpTerminal;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.TerminalFile;
import dev.reprise.kernel.DeviceNumber;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Ioctl;
import dev.reprise.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The terminal that a program was started from: at restore it is the terminal of restore. Consoles besides it are opened again. */
final class TerminalCapture implements OpenFileCapture {
    private static final int CONSOLES = 4;
    private static final int TERMINALS = 5;
    private static final int PSEUDO_TERMINALS = 136;
    private static final int LAST_PSEUDO_TERMINALS = 143;
    private static final int SYSTEM_CONSOLE = 1;
    private static final int MASTER = 2;
    private static final int TERMIOS2 = 44;

    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.type() == Fcntl.S_IFCHR && isTerminal(d.status().deviceNumber());
    }

    private static boolean isTerminal(long device) {
        int major = DeviceNumber.major(device);
        return major == CONSOLES
                || major == TERMINALS && DeviceNumber.minor(device) != MASTER
                || major >= PSEUDO_TERMINALS && major <= LAST_PSEUDO_TERMINALS;
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        if (look.pseudoterminals().indexOfSlave(d) >= 0) {
            PseudoterminalCapture.lookAtSlave(d, look);
            return;
        }
        if (isHungUp(d, look)) {
            return;
        }
        if (!isOwn(d, look) && !isConsole(d)) {
            look.refuse(
                    d, "another terminal", d.link() + " is neither the controlling terminal nor among 0-2", "close it");
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        int index = take.look().pseudoterminals().indexOfSlave(d);
        if (index >= 0) {
            return PseudoterminalCapture.takeSlave(d, id, index, take);
        }
        if (isHungUp(d, take.look())) {
            return new HungUpTerminal(id, d.info().statusFlags(), take.owner(d), d.link());
        }
        if (!isOwn(d, take.look())) {
            return new DeviceFile(
                    id,
                    d.info().statusFlags(),
                    take.owner(d),
                    d.identity(),
                    (int) d.status().deviceNumber(),
                    0);
        }
        return new TerminalFile(
                id,
                d.info().statusFlags(),
                take.owner(d),
                d.identity(),
                (int) d.status().deviceNumber(),
                settings(d));
    }

    // At restore they are the terminal of restore.
    private static boolean isOwn(LiveDescriptor d, DescriptorLook look) {
        return isController(d.status().deviceNumber())
                || look.isOwnTerminal(d.status().deviceNumber());
    }

    // /dev/tty
    private static boolean isController(long device) {
        return DeviceNumber.major(device) == TERMINALS && DeviceNumber.minor(device) == 0;
    }

    // One of the machine's, which has its settings whoever has it open.
    private static boolean isConsole(LiveDescriptor d) {
        long device = d.status().deviceNumber();
        return DeviceNumber.major(device) == CONSOLES
                || DeviceNumber.major(device) == TERMINALS && DeviceNumber.minor(device) == SYSTEM_CONSOLE;
    }

    // A standard stream gets a new terminal.
    private static boolean isHungUp(LiveDescriptor d, DescriptorLook look) {
        int hungUp = TerminalState.POLLHUP | TerminalState.POLLERR;
        return !look.isStandardStream(d)
                && !d.isPathOnly()
                && DeviceNumber.major(d.status().deviceNumber()) >= PSEUDO_TERMINALS
                && (TerminalState.poll(d.copy()) & hungUp) == hungUp;
    }

    // A terminal whose master is gone has none any more.
    private static Bytes settings(LiveDescriptor d) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment termios = arena.allocate(TERMIOS2, 8);
            long result = Door.call(SYS_ioctl, d.copy().number(), Ioctl.TCGETS2, termios.address());
            return Door.isError(result) ? Bytes.empty() : Bytes.of(termios.toArray(JAVA_BYTE));
        }
    }
}
