package dev.reprise.kernel.x86_64;

import java.util.Map;
import java.util.TreeMap;

/** Names of system calls for messages, kept apart from their numbers so that only an error loads them. */
final class SyscallNames {
    private static final Map<Integer, String> NAMES = new TreeMap<>();

    static {
        for (var field : SyscallNumbers.class.getFields()) {
            if (field.getName().startsWith("SYS_")) {
                try {
                    NAMES.put(field.getInt(null), field.getName().substring(4));
                } catch (IllegalAccessException unreachable) {
                    throw new AssertionError(unreachable);
                }
            }
        }
    }

    private SyscallNames() {}

    static String nameOf(int number) {
        return NAMES.getOrDefault(number, "syscall " + number);
    }
}
