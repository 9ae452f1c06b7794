package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_renameat2;

import java.lang.foreign.Arena;

/** renameat2(2): names that files get or swap at one instant. */
public final class Rename {
    private static final int RENAME_NOREPLACE = 1;
    private static final int RENAME_EXCHANGE = 2;

    private Rename() {}

    /** Gives {@code from} a name that no file has: EEXIST where one has. */
    public static void toFree(String from, String to) throws KernelException {
        call(from, to, RENAME_NOREPLACE);
    }

    /** Each gets the other's name; ENOENT where one is missing. */
    public static void exchange(String one, String other) throws KernelException {
        call(one, other, RENAME_EXCHANGE);
    }

    private static void call(String from, String to, int flags) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            long result = Door.call(
                    SYS_renameat2,
                    Fd.AT_FDCWD,
                    Native.path(arena, from).address(),
                    Fd.AT_FDCWD,
                    Native.path(arena, to).address(),
                    flags);
            Door.require(result, "rename", from + " to " + to);
        }
    }
}
