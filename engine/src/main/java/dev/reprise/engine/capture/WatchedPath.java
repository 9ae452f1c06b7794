package dev.reprise.engine.capture;

import dev.reprise.kernel.DeviceNumber;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FileHandle;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.Home;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mounts;
import dev.reprise.kernel.Proc;

/** Finds a name of an inode that somebody watches, by its handle in every mount of its file system. */
final class WatchedPath {
    private static final int DEVICE_FIELD = 2;
    private static final int MOUNT_POINT_FIELD = 4;

    private WatchedPath() {}

    /** A path that leads to the inode; empty when none was found. */
    static String find(long device, long inode, FileHandle handle) throws KernelException {
        String wanted = DeviceNumber.major(device) + ":" + DeviceNumber.minor(device);
        for (String line : Proc.text(Home.directory() + "/mountinfo").split("\n", -1)) {
            String[] fields = line.split(" ", MOUNT_POINT_FIELD + 2);
            if (fields.length > MOUNT_POINT_FIELD && fields[DEVICE_FIELD].equals(wanted)) {
                String path = inMount(Mounts.unescape(fields[MOUNT_POINT_FIELD]), handle);
                if (leadsTo(path, device, inode)) {
                    return path;
                }
            }
        }
        return "";
    }

    /** A path in a file system; empty when it is mounted nowhere that can be seen. */
    static String ofFileSystem(long device) throws KernelException {
        String wanted = DeviceNumber.major(device) + ":" + DeviceNumber.minor(device);
        for (String line : Proc.text(Home.directory() + "/mountinfo").split("\n", -1)) {
            String[] fields = line.split(" ", MOUNT_POINT_FIELD + 2);
            if (fields.length > MOUNT_POINT_FIELD && fields[DEVICE_FIELD].equals(wanted)) {
                String path = Mounts.unescape(fields[MOUNT_POINT_FIELD]);
                if (isOn(path, device)) {
                    return path;
                }
            }
        }
        return "";
    }

    // What is mounted over a mount hides it.
    private static boolean isOn(String path, long device) {
        try {
            return FileStatus.ofLink(path).device() == device;
        } catch (KernelException _) {
            return false;
        }
    }

    private static String inMount(String mountPoint, FileHandle handle) {
        try (Fd mount = Fd.open(mountPoint, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0);
                Fd file = handle.open(mount)) {
            return Proc.link("/proc/self/fd/" + file.number());
        } catch (KernelException _) {
            return "";
        }
    }

    private static boolean leadsTo(String path, long device, long inode) {
        if (path.isEmpty()) {
            return false;
        }
        try {
            FileStatus status = FileStatus.ofLink(path);
            return status.device() == device && status.inode() == inode;
        } catch (KernelException _) {
            return false;
        }
    }
}
