package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_link;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_rename;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_unlink;

import java.lang.foreign.Arena;

/** link(2), rename(2), unlink(2): names that files get and lose. Paths are chars that are bytes. */
public final class Names {
    private Names() {}

    /** A second name for a file; EEXIST where a file has it. */
    public static void add(String file, String name) throws KernelException {
        call(SYS_link, "link", file, name);
    }

    /** Gives a file another name; one that had that loses it at the same instant. */
    public static void change(String from, String to) throws KernelException {
        call(SYS_rename, "rename", from, to);
    }

    /** Takes a name away. */
    public static void remove(String name) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            Door.require(Door.call(SYS_unlink, Native.path(arena, name).address()), "unlink", name);
        }
    }

    private static void call(int number, String call, String from, String to) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            long result = Door.call(
                    number,
                    Native.path(arena, from).address(),
                    Native.path(arena, to).address());
            Door.require(result, call, from + " to " + to);
        }
    }
}
