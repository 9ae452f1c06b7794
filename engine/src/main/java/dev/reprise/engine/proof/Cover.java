package dev.reprise.engine.proof;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chmod;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mkdir;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mounts;
import dev.reprise.kernel.Native;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A directory that is covered by an overlay of itself and of memory. What is mounted below is there again, and so are the very
 * files that are to be written: an overlay would copy them.
 */
final class Cover {
    private static final int OWN = 0700;
    private static final int PERMISSIONS = 07777;

    private Cover() {}

    static void over(String directory, List<String> files) throws KernelException {
        Map<String, Fd> kept = new LinkedHashMap<>();
        List<Fd> open = new ArrayList<>();
        try {
            for (String point : Mounts.below(directory)) {
                kept.put(point, Mounts.copy(point));
            }
            for (String file : files) {
                if (!kept.containsKey(file) && isThere(file)) {
                    kept.put(file, Mounts.copy(file));
                }
            }
            FileStatus status = FileStatus.of(directory);
            Fd lower = directory(directory, open);
            Mounts.mount("tmpfs", directory, "mode=0700");
            Fd upper = make(directory + "/upper", open);
            Fd work = make(directory + "/work", open);
            own(directory + "/upper", status);
            Mounts.mount(
                    "overlay",
                    directory,
                    "lowerdir=" + path(lower) + ",upperdir=" + path(upper) + ",workdir=" + path(work));
            for (Map.Entry<String, Fd> entry : kept.entrySet()) {
                Mounts.attach(Objects.requireNonNull(entry.getValue()), entry.getKey());
            }
        } finally {
            kept.values().forEach(Fd::close);
            open.forEach(Fd::close);
        }
    }

    private static boolean isThere(String file) throws KernelException {
        try {
            FileStatus.of(file);
            return true;
        } catch (KernelException missing) {
            missing.requireAnswer();
            return false;
        }
    }

    private static Fd make(String path, List<Fd> open) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            Door.require(Door.call(SYS_mkdir, Native.path(arena, path).address(), OWN), "mkdir", path);
        }
        return directory(path, open);
    }

    private static Fd directory(String path, List<Fd> open) throws KernelException {
        Fd fd = Fd.open(path, Fcntl.O_PATH | Fcntl.O_DIRECTORY, 0);
        open.add(fd);
        return fd;
    }

    private static void own(String path, FileStatus like) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            long name = Native.path(arena, path).address();
            Door.require(Door.call(SYS_chown, name, like.uid(), like.gid()), "chown", path);
            Door.require(Door.call(SYS_chmod, name, like.mode() & PERMISSIONS), "chmod", path);
        }
    }

    private static String path(Fd directory) {
        return "/proc/self/fd/" + directory.number();
    }
}
