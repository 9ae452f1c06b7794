package dev.reprise.engine;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.lang.foreign.Arena;

/** Whether one of the caller's descriptors is a terminal, to which no image is written. */
public final class Terminal {
    private static final int TCGETS = 0x5401;
    private static final int TERMIOS_BYTES = 64;

    private Terminal() {}

    /** Whether {@code descriptor} is open and a terminal, as isatty(3) says. */
    public static boolean isAt(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            long termios = arena.allocate(TERMIOS_BYTES).address();
            return !Door.isError(Door.call(SyscallNumbers.SYS_ioctl, descriptor, TCGETS, termios));
        }
    }
}
