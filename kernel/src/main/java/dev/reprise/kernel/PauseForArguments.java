package dev.reprise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * pause(2) with a first argument that the kernel does not look at: a program that sleeps in it while it is made an
 * executable is told, in each execution of that, with which arguments.
 */
public final class PauseForArguments {
    /** "reprise?" in memory: the call's first argument. */
    public static final long REQUEST = 0x3f65_7369_7270_6572L;

    private static final int HEADER = 32;

    private PauseForArguments() {}

    /** The answer: the strings of the exec, their chars bytes (ISO 8859-1). */
    public record Answer(List<String> arguments, List<String> environment) {
        public Answer {
            arguments = List.copyOf(arguments);
            environment = List.copyOf(environment);
        }
    }

    /** Sleeps until this process is another one's execution; signals do not end the sleep. */
    public static Answer await() {
        long answer = Door.call(SyscallNumbers.SYS_pause, REQUEST);
        while (Door.isError(answer)) {
            answer = Door.call(SyscallNumbers.SYS_pause, REQUEST);
        }
        return read(answer);
    }

    /** What {@link #await} would give for these, read from memory in the same way. */
    public static Answer rehearse(List<String> arguments, List<String> environment) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(HEADER, Long.BYTES);
            place(arena, arguments, header, 0);
            place(arena, environment, header, 2);
            return read(header.address());
        }
    }

    private static void place(Arena arena, List<String> strings, MemorySegment header, int at) {
        MemorySegment bytes = Native.path(arena, String.join("\0", strings));
        header.setAtIndex(JAVA_LONG, at, bytes.address());
        header.setAtIndex(JAVA_LONG, at + 1L, strings.isEmpty() ? 0 : bytes.byteSize());
    }

    private static Answer read(long answer) {
        MemorySegment header = Native.at(answer, HEADER);
        return new Answer(strings(header, 0), strings(header, 2));
    }

    private static List<String> strings(MemorySegment header, int at) {
        int length = (int) header.getAtIndex(JAVA_LONG, at + 1L);
        if (length == 0) {
            return List.of();
        }
        byte[] bytes = Native.copy(Native.at(header.getAtIndex(JAVA_LONG, at), length), length);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return Arrays.asList(text.substring(0, length - 1).split("\0", -1));
    }
}
