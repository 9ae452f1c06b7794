package dev.reprise.engine.program;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.kernel.Ioctl;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What struct termios2 means for writing to a terminal, and for stopping it (include/uapi/asm-generic/termbits.h). */
public final class TerminalSettings {
    /** Stops the output (TCXONC). */
    public static final int TCOOFF = 0;

    /** Starts it again. */
    public static final int TCOON = 1;

    // struct termios2 { u32 c_iflag, c_oflag, c_cflag, c_lflag; u8 c_line, c_cc[19]; ... }
    private static final int OUTPUT_FLAGS = 4;
    private static final int CHARACTERS = 17;
    private static final int IXON = 02000;
    private static final int OPOST = 1;
    private static final int VSTOP = 9;
    private static final int POLLIN = 1;

    private TerminalSettings() {}

    /** The same settings, but what is written comes out as it is. */
    public static byte[] plain(byte[] settings) {
        byte[] plain = settings.clone();
        ByteBuffer struct = ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN);
        struct.putInt(OUTPUT_FLAGS, struct.getInt(OUTPUT_FLAGS) & ~OPOST);
        return plain;
    }

    /** Adds: the output stops, by the key that does it where there is one, so that its counterpart starts it again. */
    public static void stop(ProgramBuilder p, Arg master, Arg slave, byte[] settings) {
        int input = ByteBuffer.wrap(settings).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
        byte key = settings[CHARACTERS + VSTOP];
        if ((input & IXON) != 0 && key != 0) {
            p.attempt(SYS_write, master, p.bytes(new byte[] {key}), Arg.of(1));
            // A look for input waits until the kernel has seen the key.
            p.attempt(SYS_poll, pollFor(p, slave, POLLIN), Arg.of(1), Arg.of(0));
        } else {
            flow(p, slave, TCOOFF);
        }
    }

    /** A struct pollfd { int fd; short events, revents; } for a descriptor. */
    public static Slot pollFor(ProgramBuilder p, Arg descriptor, int events) {
        Slot poll = p.space(8);
        p.store4(poll, descriptor);
        p.store4(poll.plus(4), Arg.of(events));
        return poll;
    }

    /** Adds: the output stops or starts. */
    public static void flow(ProgramBuilder p, Arg slave, int action) {
        p.attempt(SYS_ioctl, slave, Arg.of(Ioctl.TCXONC), Arg.of(action));
    }
}
