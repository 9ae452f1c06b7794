package dev.reprise.engine.program;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.kernel.Ioctl;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** What struct termios2 means for writing to a terminal, and for stopping it (include/uapi/asm-generic/termbits.h). */
public final class TerminalSettings {
    /** Stops the output (TCXONC). */
    public static final int TCOOFF = 0;

    /** Starts it again. */
    public static final int TCOON = 1;

    // struct termios2 { u32 c_iflag, c_oflag, c_cflag, c_lflag; u8 c_line, c_cc[19]; ... }
    private static final int OUTPUT_FLAGS = 4;
    private static final int LOCAL_FLAGS = 12;
    private static final int DISCIPLINE = 16;
    private static final int CHARACTERS = 17;
    private static final int IXON = 02000;
    private static final int PARMRK = 010;
    private static final int OPOST = 1;
    private static final int ISIG = 1;
    private static final int ICANON = 2;
    private static final int ECHO = 010;
    private static final int ECHONL = 0100;
    private static final int IEXTEN = 0100000;
    private static final int EXTPROC = 0200000;
    private static final int VEOF = 4;
    private static final int VMIN = 6;
    private static final int VSTOP = 9;
    private static final int VEOL = 11;
    private static final int VLNEXT = 15;
    private static final int VEOL2 = 16;
    private static final int POLLIN = 1;

    /** With {@link #typing}: the next key has no meaning (^V). */
    public static final byte LITERALLY = 026;

    /** With {@link #typing}: the end of the file (^D). */
    public static final byte END = 4;

    /** Where {@link #ending} has the key that ends a line. */
    public static final int ENDING_KEY = CHARACTERS + VEOL;

    private TerminalSettings() {}

    /** The same settings, but what is written comes out as it is. */
    public static byte[] plain(byte[] settings) {
        byte[] plain = settings.clone();
        ByteBuffer struct = ByteBuffer.wrap(plain).order(ByteOrder.LITTLE_ENDIAN);
        struct.putInt(OUTPUT_FLAGS, struct.getInt(OUTPUT_FLAGS) & ~OPOST);
        return plain;
    }

    /** Whether keys make lines (ICANON). */
    public static boolean hasLines(byte[] settings) {
        return (localFlags(settings) & ICANON) != 0;
    }

    /** Whether what has been typed can be read and typed again: by the usual discipline, one byte a key. */
    public static boolean canTypeAgain(byte[] settings) {
        int input = ByteBuffer.wrap(settings).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
        return settings[DISCIPLINE] == 0 && (input & PARMRK) == 0 && (localFlags(settings) & EXTPROC) == 0;
    }

    private static int localFlags(byte[] settings) {
        return ByteBuffer.wrap(settings).order(ByteOrder.LITTLE_ENDIAN).getInt(LOCAL_FLAGS);
    }

    /** The keys other than the end of a line that end one; 0: none. */
    public static byte[] endingKeys(byte[] settings) {
        return new byte[] {settings[CHARACTERS + VEOL], settings[CHARACTERS + VEOL2]};
    }

    /**
     * The same settings, but keys have no meaning, echo or signal, except, in lines, {@link #LITERALLY} and {@link #END}. IXON stays:
     * without it stopped output would start.
     */
    public static byte[] typing(byte[] settings) {
        byte[] typing = ending(settings);
        typing[CHARACTERS + VEOF] = END;
        typing[CHARACTERS + VLNEXT] = LITERALLY;
        return typing;
    }

    /** The same settings, but no key has a meaning except the one at {@link #ENDING_KEY}, which ends a line. */
    public static byte[] ending(byte[] settings) {
        byte[] ending = settings.clone();
        ByteBuffer struct = ByteBuffer.wrap(ending).order(ByteOrder.LITTLE_ENDIAN);
        struct.putInt(0, struct.getInt(0) & IXON);
        struct.putInt(LOCAL_FLAGS, struct.getInt(LOCAL_FLAGS) & ~(ISIG | ECHO | ECHONL) | IEXTEN);
        Arrays.fill(ending, CHARACTERS, CHARACTERS + VEOL2 + 1, (byte) 0);
        ending[CHARACTERS + VMIN] = 1;
        return ending;
    }

    /**
     * Adds: the output stops, by the key that does it where there is one and no call ({@code byCall}) had done it, so that its counterpart
     * starts it again.
     */
    public static void stop(ProgramBuilder p, Arg master, Arg slave, byte[] settings, boolean byCall) {
        int input = ByteBuffer.wrap(settings).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
        byte key = settings[CHARACTERS + VSTOP];
        if ((input & IXON) != 0 && key != 0 && !byCall) {
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
