package dev.reprise.engine;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_dup3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_execve;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_lseek;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_memfd_create;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rt_sigprocmask;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.model.Reason;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.Proc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The same command once more, in the same process, with other thread ids: for a command line whose own threads have ids
 * that an image needs. A library's caller restores from another process instead.
 */
public final class Relaunch {
    private static final String COUNT = "REPRISE_RELAUNCHED=";
    private static final int ATTEMPTS = 100;
    private static final int SIG_SETMASK = 2;
    private static final int BUFFER = 1 << 20;

    private Relaunch() {}

    /** Executes this process's command again; {@code own} holds what stdin has lost. Returns only when that cannot help. */
    public static void withOtherIds(Reason.OwnIds own) {
        try {
            List<String> environment = new ArrayList<>(strings("/proc/self/environ"));
            if (own.id() == Door.call(SYS_getpid) || !countUp(environment)) {
                return;
            }
            if (own.consumed().length > 0) {
                giveBack(own.consumed());
            }
            execute(Proc.link("/proc/self/exe"), strings("/proc/self/cmdline"), environment);
        } catch (KernelException cannot) {
            // then the caller says what is in the way
        }
    }

    /** Executes a program in this process, no signal blocked; strings are bytes (ISO 8859-1). Returns only on failure. */
    static void execute(String program, List<String> arguments, List<String> environment) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment exe = Native.path(arena, program);
            MemorySegment argv = vector(arena, arguments);
            MemorySegment envp = vector(arena, environment);
            MemorySegment noSignals = arena.allocate(JAVA_LONG);
            Door.call(SYS_rt_sigprocmask, SIG_SETMASK, noSignals.address(), 0, noSignals.byteSize());
            Door.call(SYS_execve, exe.address(), argv.address(), envp.address());
        }
    }

    private static boolean countUp(List<String> environment) {
        for (int i = 0; i < environment.size(); i++) {
            if (environment.get(i).startsWith(COUNT)) {
                int count = Integer.parseInt(environment.get(i).substring(COUNT.length())) + 1;
                environment.set(i, COUNT + count);
                return count <= ATTEMPTS;
            }
        }
        return environment.add(COUNT + 1);
    }

    private static List<String> strings(String path) throws KernelException {
        String text = Proc.text(path);
        return text.isEmpty()
                ? List.of()
                : Arrays.asList(text.substring(0, text.length() - 1).split("\0", -1));
    }

    private static MemorySegment vector(Arena arena, List<String> strings) {
        MemorySegment vector = arena.allocate(JAVA_LONG, strings.size() + 1L);
        for (int i = 0; i < strings.size(); i++) {
            MemorySegment string = arena.allocateFrom(strings.get(i), StandardCharsets.ISO_8859_1);
            vector.setAtIndex(JAVA_LONG, i, string.address());
        }
        return vector;
    }

    // Stdin from its beginning: what was read of it, then the rest.
    private static void giveBack(byte[] consumed) throws KernelException {
        try (Arena arena = Arena.ofConfined();
                Fd whole = new Fd(Door.require(
                        Door.call(
                                SYS_memfd_create,
                                Native.string(arena, "reprise-stdin").address(),
                                0),
                        "memfd_create",
                        "stdin"))) {
            MemorySegment first = arena.allocateFrom(JAVA_BYTE, consumed);
            write(whole, first, consumed.length);
            MemorySegment buffer = arena.allocate(BUFFER);
            for (long n = read(buffer); n > 0; n = read(buffer)) {
                write(whole, buffer, n);
            }
            Door.call(SYS_lseek, whole.number(), 0, 0);
            Door.require(Door.call(SYS_dup3, whole.number(), 0, 0), "dup3", "stdin");
        }
    }

    private static long read(MemorySegment buffer) throws KernelException {
        return Door.require(Door.call(SYS_read, 0, buffer.address(), buffer.byteSize()), "read", "stdin");
    }

    private static void write(Fd file, MemorySegment bytes, long length) throws KernelException {
        for (long done = 0; done < length; ) {
            long n = Door.call(SYS_write, file.number(), bytes.address() + done, length - done);
            done += Door.require(n, "write", "stdin's copy");
        }
    }
}
