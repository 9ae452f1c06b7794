package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.image.state.Inotify;
import dev.reprise.image.state.InotifyWatch;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.DeviceNumber;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.FileHandle;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.Ioctl;
import dev.reprise.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Instances of inotify_init(2), from fdinfo; the watched path is found by the file handle there.
 *
 * <pre>inotify wd:2 ino:214052 sdev:fe00000 mask:2 ignored_mask:0 fhandle-bytes:8 fhandle-type:1 f_handle:5240..</pre>
 */
final class InotifyCapture implements OpenFileCapture {
    private static final String LINE = "inotify ";
    /** Watch descriptors are only counted up: a restore must count as far. */
    private static final int HIGHEST_WATCH = 1_000_000;

    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().equals("anon_inode:inotify");
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        look.requireOwn(d, "inotify");
        if (hasUnread(d)) {
            look.refuseForNow(
                    d,
                    "unread inotify events",
                    "the kernel gives them out once and takes none back",
                    "try again when the program has read them");
        }
        for (String line : d.info().lines()) {
            if (line.startsWith(LINE)) {
                InotifyWatch watch = watch(line, d, look);
                if (watch.path().isEmpty() && watch.file().equals(ObjectId.NONE)) {
                    look.refuse(
                            d,
                            "inotify watch without a path",
                            "watch " + watch.descriptor() + " is on inode " + value(line, "ino")
                                    + " (hexadecimal), whose name cannot be found",
                            "watch it anew by a name that lasts");
                } else if (watch.descriptor() > HIGHEST_WATCH) {
                    look.refuse(
                            d,
                            "inotify watch number",
                            "watch " + watch.descriptor() + " is above " + HIGHEST_WATCH,
                            "");
                }
            }
        }
    }

    private static boolean hasUnread(LiveDescriptor d) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(JAVA_INT);
            Door.require(Door.call(SYS_ioctl, d.copy().number(), Ioctl.FIONREAD, bytes.address()), "ioctl", "FIONREAD");
            return bytes.get(JAVA_INT, 0) != 0;
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        List<InotifyWatch> watches = new ArrayList<>();
        for (String line : d.info().lines()) {
            if (line.startsWith(LINE)) {
                watches.add(watch(line, d, take.look()));
            }
        }
        watches.sort(Comparator.comparingInt(InotifyWatch::descriptor));
        return new Inotify(id, d.info().statusFlags(), take.owner(d), watches);
    }

    private static InotifyWatch watch(String line, LiveDescriptor d, DescriptorLook look) throws KernelException {
        long device = DeviceNumber.fromKernel(Long.parseLong(value(line, "sdev"), 16));
        long inode = Long.parseUnsignedLong(value(line, "ino"), 16);
        String handle = value(line, "f_handle");
        String path = handle.isEmpty()
                ? ""
                : WatchedPath.find(
                        device, inode, new FileHandle(Integer.parseInt(value(line, "fhandle-type"), 16), handle));
        return new InotifyWatch(
                Integer.parseUnsignedInt(value(line, "wd"), 16),
                path,
                Integer.parseUnsignedInt(value(line, "mask"), 16),
                path.isEmpty() ? open(device, inode, d, look) : ObjectId.NONE);
    }

    // A file without a name is watched by a descriptor of whoever has the instance.
    private static ObjectId open(long device, long inode, LiveDescriptor d, DescriptorLook look) {
        for (Descriptions.Description other : look.descriptions().withInode(inode)) {
            if (isOn(device, inode, other)
                    && look.descriptions().holders(other.id()).containsAll(look.holders(d))) {
                return other.id();
            }
        }
        return ObjectId.NONE;
    }

    private static boolean isOn(long device, long inode, Descriptions.Description file) {
        try {
            FileStatus status = FileStatus.of("/proc/" + file.pid() + "/fd/" + file.number());
            return status.device() == device && status.inode() == inode;
        } catch (KernelException closed) {
            return false;
        }
    }

    private static String value(String line, String name) {
        int at = line.indexOf(" " + name + ":");
        if (at < 0) {
            return "";
        }
        int start = at + name.length() + 2;
        int end = line.indexOf(' ', start);
        return line.substring(start, end < 0 ? line.length() : end);
    }
}
