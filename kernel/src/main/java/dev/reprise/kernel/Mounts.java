package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mount;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_move_mount;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_open_tree;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_umount2;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_unshare;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** mount(2) and its younger kin, on paths whose chars are bytes, in the calling thread's mount namespace. */
public final class Mounts {
    private static final int MS_REC_PRIVATE = 0x4000 | 0x40000;
    private static final int MS_REC_SLAVE = 0x4000 | 0x80000;
    private static final int MNT_DETACH = 2;
    private static final String SYS = "/sys";
    private static final int OPEN_TREE_CLONE = 1;
    private static final int OPEN_TREE_CLOEXEC = 0x80000;
    private static final int AT_RECURSIVE = 0x8000;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;

    /** 36 35 98:0 /root /point options... */
    private static final int POINT = 4;

    private static final int ROOT = 3;

    private Mounts() {}

    /** Namespaces of its own for the calling thread, which leaves those of our process; {@code flags}: CLONE_NEW*. */
    public static void unshare(long flags) throws KernelException {
        Door.require(Door.call(SYS_unshare, flags), "unshare", "namespaces of a thread");
    }

    /** No mount and unmount goes from here anywhere else. */
    public static void makePrivate() throws KernelException {
        mount("none", "/", "", MS_REC_PRIVATE, "");
    }

    /** Mounts a new file system. */
    public static void mount(String type, String target, String options) throws KernelException {
        mount(type, target, type, 0, options);
    }

    private static void mount(String source, String target, String type, long flags, String options)
            throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            long result = Door.call(
                    SYS_mount,
                    Native.path(arena, source).address(),
                    Native.path(arena, target).address(),
                    Native.path(arena, type).address(),
                    flags,
                    Native.path(arena, options).address());
            Door.require(result, "mount", target);
        }
    }

    /** Where something is mounted below a directory, the uppermost alone. */
    public static List<String> below(String directory) throws KernelException {
        List<String> points = new ArrayList<>();
        for (String line : Proc.text(Home.directory() + "/mountinfo").split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            String point = fields.length > POINT ? unescape(fields[POINT]) : "";
            if (point.startsWith(directory + "/")
                    && points.stream().noneMatch(other -> (point + "/").startsWith(other + "/"))) {
                points.add(point);
            }
        }
        return points;
    }

    /** The calling thread leaves our mounts for the same with a sysfs of its network namespace at /sys, and nothing below. */
    public static void unshareSysfs() throws KernelException {
        unshare(CloneArgs.CLONE_NEWNS);
        mount("none", "/", "", MS_REC_SLAVE, "");
        try (Arena arena = Arena.ofConfined()) {
            long point = Native.path(arena, SYS).address();
            Door.require(Door.call(SYS_umount2, point, MNT_DETACH), "umount2", SYS);
        }
        mount("sysfs", SYS, "sysfs", 0, "");
    }

    /** The names to which namespaces are bound. */
    public static List<String> namespaces() throws KernelException {
        List<String> points = new ArrayList<>();
        for (String line : Proc.text("/proc/self/mountinfo").split("\n", -1)) {
            if (line.contains(" - nsfs ")) {
                points.add(unescape(line.split(" ", -1)[POINT]));
            }
        }
        return points;
    }

    /** Where a namespace, called as in /proc/PID/ns, is bound to a name that our process sees; empty where nowhere. */
    public static String nameOf(String namespace) throws KernelException {
        for (String line : Proc.text("/proc/self/mountinfo").split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            if (line.contains(" - nsfs ") && fields[ROOT].equals(namespace)) {
                return unescape(fields[POINT]);
            }
        }
        return "";
    }

    /** A text of mountinfo: blank, tab, newline and backslash stand there as \ooo. */
    public static String unescape(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && i + 3 < text.length()) {
                plain.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                plain.append(text.charAt(i));
            }
        }
        return plain.toString();
    }

    /** A copy of what stands at a path with all that is mounted below, not attached anywhere yet. */
    public static Fd copy(String path) throws KernelException {
        return copy(path, AT_RECURSIVE);
    }

    /** The same without what is mounted below. */
    static Fd copyAlone(String path) throws KernelException {
        return copy(path, 0);
    }

    private static Fd copy(String path, int recursive) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive;
            long result = Door.call(
                    SYS_open_tree, Fd.AT_FDCWD, Native.path(arena, path).address(), flags);
            return new Fd(Door.require(result, "open_tree", path));
        }
    }

    /** Attaches a copy at a path. */
    public static void attach(Fd copy, String path) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            long result = Door.call(
                    SYS_move_mount,
                    copy.number(),
                    Native.path(arena, "").address(),
                    Fd.AT_FDCWD,
                    Native.path(arena, path).address(),
                    MOVE_MOUNT_F_EMPTY_PATH);
            Door.require(result, "move_mount", path);
        }
    }
}
