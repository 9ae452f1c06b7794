package dev.reprise.acceptance;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** A terminal for a guest and for the tool that restores it, each the leader of a session that has it. */
final class PseudoTerminal implements AutoCloseable {
    private static final int TIOCSPTLCK = 0x40045431;
    private static final int TIOCGPTN = 0x80045430;

    private final Fd master;
    private final int number;

    private PseudoTerminal(Fd master, int number) {
        this.master = master;
        this.number = number;
    }

    static PseudoTerminal open() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Fd master = Fd.open("/dev/ptmx", Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC, 0);
            MemorySegment word = arena.allocate(ValueLayout.JAVA_INT);
            Door.require(Door.call(SYS_ioctl, master.number(), TIOCSPTLCK, word.address()), "ioctl", "TIOCSPTLCK");
            Door.require(Door.call(SYS_ioctl, master.number(), TIOCGPTN, word.address()), "ioctl", "TIOCGPTN");
            return new PseudoTerminal(master, word.get(ValueLayout.JAVA_INT, 0));
        } catch (KernelException failure) {
            throw new IOException(failure);
        }
    }

    /**
     * A command in the foreground of this terminal, as a shell with job control starts it. The first words are how the
     * shell itself is started, a leader of a session that has no terminal yet.
     */
    List<String> command(List<String> shell, List<String> onIt) {
        List<String> command = new ArrayList<>(shell);
        command.addAll(
                List.of("bash", "-c", "exec <\"$0\" >\"$0\" 2>&1; set -m; \"$@\"; exit $?", "/dev/pts/" + number));
        command.addAll(onIt);
        return command;
    }

    @Override
    public void close() {
        master.close();
    }
}
