package dev.reprise.engine.capture;

import dev.reprise.kernel.Errno;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Smaps;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds processes outside a set that map or hold the same memory objects: only asked when there is such memory. */
final class SharedMemoryUsers {
    private SharedMemoryUsers() {}

    /** For each of these objects (keys as in stat) that somebody outside uses, one such pid. */
    static Map<DeviceInode, Integer> outside(ProcessSet set, Set<DeviceInode> objects) throws KernelException {
        Map<DeviceInode, Integer> users = new HashMap<>();
        if (objects.isEmpty()) {
            return users;
        }
        int self = Proc.ownPid();
        Set<Integer> inside = set.ids();
        Outsiders outsiders = set.outsiders();
        for (int pid : Proc.numbers("/proc")) {
            if (pid != self && !inside.contains(pid)) {
                Map<DeviceInode, Integer> its = new HashMap<>();
                unlessGone(() -> mapped(pid, objects, its));
                unlessGone(() -> held(pid, objects, its));
                if (!its.isEmpty() && outsiders.contain(pid)) {
                    its.forEach(users::putIfAbsent);
                }
            }
        }
        return users;
    }

    @FunctionalInterface
    private interface Look {
        void look() throws KernelException;
    }

    private static void unlessGone(Look look) throws KernelException {
        try {
            look.look();
        } catch (KernelException failure) {
            if (!isGoneOrHidden(failure.errno())) {
                throw failure;
            }
        }
    }

    private static boolean isGoneOrHidden(Errno errno) {
        return errno == Errno.ENOENT || errno == Errno.ESRCH || errno == Errno.EACCES || errno == Errno.EPERM;
    }

    private static void mapped(int pid, Set<DeviceInode> objects, Map<DeviceInode, Integer> users)
            throws KernelException {
        for (Mapping mapping : Smaps.mapsOf(pid)) {
            if (mapping.inode() != 0) {
                DeviceInode key = new DeviceInode(mapping.device(), mapping.inode());
                if (objects.contains(key)) {
                    users.putIfAbsent(key, pid);
                }
            }
        }
    }

    private static void held(int pid, Set<DeviceInode> objects, Map<DeviceInode, Integer> users)
            throws KernelException {
        String directory = "/proc/" + pid + "/fd";
        List<String> names = Proc.list(directory);
        for (String name : names) {
            unlessGone(() -> descriptor(pid, directory + "/" + name, objects, users));
        }
    }

    private static void descriptor(int pid, String link, Set<DeviceInode> objects, Map<DeviceInode, Integer> users)
            throws KernelException {
        if (Proc.link(link).endsWith(" (deleted)")) {
            DeviceInode key = DeviceInode.of(FileStatus.of(link));
            if (objects.contains(key)) {
                users.putIfAbsent(key, pid);
            }
        }
    }
}
