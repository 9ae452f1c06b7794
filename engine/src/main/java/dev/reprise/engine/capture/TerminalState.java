package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.reprise.image.state.Bytes;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Questions to a terminal, by a descriptor of ours. */
final class TerminalState {
    static final int POLLIN = 1;
    static final int POLLPRI = 2;
    static final int POLLOUT = 4;
    static final int POLLERR = 8;
    static final int POLLHUP = 0x10;

    private TerminalState() {}

    /** An int that an ioctl stores; 0 where the terminal has none. */
    static int number(Fd terminal, int request) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocate(JAVA_INT);
            long result = Door.call(SYS_ioctl, terminal.number(), request, word.address());
            return Door.isError(result) ? 0 : word.get(JAVA_INT, 0);
        }
    }

    /** A struct that an ioctl stores. */
    static Bytes bytes(Fd terminal, int request, int size, String what) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment struct = arena.allocate(size, 8);
            Door.require(Door.call(SYS_ioctl, terminal.number(), request, struct.address()), "ioctl", what);
            return Bytes.of(struct.toArray(JAVA_BYTE));
        }
    }

    /** What poll(2) says right now. */
    static int poll(Fd terminal) {
        try (Arena arena = Arena.ofConfined()) {
            // struct pollfd { int fd; short events, revents; }
            MemorySegment word = arena.allocate(8, 8);
            word.set(JAVA_INT, 0, terminal.number());
            word.set(JAVA_SHORT, 4, (short) (POLLIN | POLLPRI | POLLOUT));
            Door.call(SYS_poll, word.address(), 1, 0);
            return word.get(JAVA_SHORT, 6);
        }
    }
}
