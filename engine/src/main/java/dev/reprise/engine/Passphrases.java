package dev.reprise.engine;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.model.Secret;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.Ioctl;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Asks for passphrases on the caller's terminal, whatever stdin and stdout are, without showing what is typed. */
public final class Passphrases {
    private static final String TERMINAL = "/dev/tty";
    private static final int MOST_BYTES = 1024;
    /** Of struct termios2 (include/uapi/asm-generic/termbits.h). */
    private static final int TERMIOS2 = 44;

    private static final int LOCAL_FLAGS = 12;
    private static final int ECHO = 010;
    private static final int ECHONL = 0100;

    private Passphrases() {}

    /**
     * Asks once.
     *
     * @throws IOException there is no terminal, or nothing was typed
     */
    public static Secret ask(String prompt) throws IOException {
        try (Arena arena = Arena.ofShared(); // the hook's thread uses it, too
                Fd terminal = Fd.open(TERMINAL, Fcntl.O_RDWR | Fcntl.O_NOCTTY, 0)) {
            MemorySegment before = arena.allocate(TERMIOS2, 8);
            Door.require(Door.call(SYS_ioctl, terminal.number(), Ioctl.TCGETS2, before.address()), "ioctl", "TCGETS2");
            Thread showing = new Thread(() -> settings(terminal, before), "showing");
            // Ctrl-C ends this process in the middle of it.
            Runtime.getRuntime().addShutdownHook(showing);
            try {
                MemorySegment silent = arena.allocate(TERMIOS2, 8).copyFrom(before);
                silent.set(JAVA_INT, LOCAL_FLAGS, before.get(JAVA_INT, LOCAL_FLAGS) & ~ECHO | ECHONL);
                settings(terminal, silent);
                say(arena, terminal, prompt);
                return line(arena, terminal);
            } finally {
                settings(terminal, before);
                forget(showing);
            }
        } catch (KernelException none) {
            throw new IOException(
                    "there is no terminal to ask for a passphrase at: name a file, passphrase:FILE", none);
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It does the same once more.
        }
    }

    private static void settings(Fd terminal, MemorySegment termios) {
        Door.call(SYS_ioctl, terminal.number(), Ioctl.TCSETS2, termios.address());
    }

    private static void say(Arena arena, Fd terminal, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Door.call(SYS_write, terminal.number(), Native.bytes(arena, bytes).address(), bytes.length);
    }

    private static Secret line(Arena arena, Fd terminal) throws IOException, KernelException {
        MemorySegment one = arena.allocate(1);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (line.size() < MOST_BYTES) {
            long n = Door.call(SYS_read, terminal.number(), one.address(), 1);
            if (n == -Errno.EINTR.code()) {
                continue;
            }
            Door.require(n, "read", TERMINAL);
            byte next = one.get(JAVA_BYTE, 0);
            if (n == 0 || next == '\n') {
                break;
            }
            line.write(next);
        }
        if (line.size() == 0) {
            throw new IOException("no passphrase was typed");
        }
        return new Secret(line.toByteArray());
    }
}
