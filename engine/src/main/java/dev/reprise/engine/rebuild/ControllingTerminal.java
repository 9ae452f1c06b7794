package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpgrp;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.Ioctl;
import dev.reprise.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Our controlling terminal, if there is one: whose process group gets its keys and may read it. */
final class ControllingTerminal {
    private ControllingTerminal() {}

    /** Whether we are its foreground now; false where there is none. */
    static boolean isOurs() {
        try (Arena arena = Arena.ofConfined();
                Fd terminal = open()) {
            MemorySegment group = arena.allocate(JAVA_INT);
            long result = Door.call(SYS_ioctl, terminal.number(), Ioctl.TIOCGPGRP, group.address());
            return !Door.isError(result) && group.get(JAVA_INT, 0) == Door.call(SYS_getpgrp);
        } catch (KernelException none) {
            return false;
        }
    }

    /** Gives it to a process group, which must be of our session; else it stays as it is. */
    static void giveTo(int group) {
        try (Arena arena = Arena.ofConfined();
                Fd terminal = open()) {
            MemorySegment word = arena.allocateFrom(JAVA_INT, group);
            Door.call(SYS_ioctl, terminal.number(), Ioctl.TIOCSPGRP, word.address());
        } catch (KernelException none) {
            // there is nothing to give
        }
    }

    private static Fd open() throws KernelException {
        return Fd.open("/dev/tty", Fcntl.O_RDWR | Fcntl.O_NOCTTY, 0);
    }
}
