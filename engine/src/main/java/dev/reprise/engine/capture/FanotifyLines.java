package dev.reprise.engine.capture;

import dev.reprise.image.state.FanotifyMark;
import dev.reprise.kernel.DeviceNumber;
import dev.reprise.kernel.FileHandle;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.List;

/**
 * What fdinfo tells of a fanotify group; all numbers are hexadecimal.
 *
 * <pre>
 * fanotify flags:23 event-flags:8000
 * fanotify ino:20c0bb sdev:fe00000 mflags:40 mask:a ignored_mask:20 fhandle-bytes:8 fhandle-type:1 f_handle:bbc0..
 * fanotify sdev:1b mflags:0 mask:8000200 ignored_mask:0        a file system
 * fanotify mnt_id:1e mflags:0 mask:8 ignored_mask:0            a mount
 * </pre>
 */
record FanotifyLines(int groupFlags, int eventFlags, List<String> marks) {
    private static final String LINE = "fanotify ";

    static FanotifyLines of(List<String> lines) {
        int groupFlags = 0;
        int eventFlags = 0;
        List<String> marks = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith(LINE + "flags:")) {
                groupFlags = number(line, "flags");
                eventFlags = number(line, "event-flags");
            } else if (line.startsWith(LINE)) {
                marks.add(line);
            }
        }
        return new FanotifyLines(groupFlags, eventFlags, marks);
    }

    /** A mark; its path, as process {@code pid} sees it, is empty when none was found. */
    static FanotifyMark mark(int pid, String line) throws KernelException {
        String mount = value(line, "mnt_id");
        FanotifyMark.Scope scope = !mount.isEmpty()
                ? FanotifyMark.Scope.MOUNT
                : value(line, "ino").isEmpty() ? FanotifyMark.Scope.FILE_SYSTEM : FanotifyMark.Scope.INODE;
        return new FanotifyMark(
                scope,
                mount.isEmpty() ? path(line) : VisibleMounts.pointOf(pid, Integer.parseInt(mount, 16)),
                number(line, "mflags"),
                number(line, "mask"),
                number(line, "ignored_mask"));
    }

    private static String path(String line) throws KernelException {
        if (value(line, "sdev").isEmpty()) {
            return "";
        }
        long device = DeviceNumber.fromKernel(Long.parseLong(value(line, "sdev"), 16));
        if (value(line, "ino").isEmpty()) {
            return WatchedPath.ofFileSystem(device);
        }
        String handle = value(line, "f_handle");
        return handle.isEmpty()
                ? ""
                : WatchedPath.find(
                        device,
                        Long.parseUnsignedLong(value(line, "ino"), 16),
                        new FileHandle(number(line, "fhandle-type"), handle));
    }

    private static int number(String line, String name) {
        return Integer.parseUnsignedInt(value(line, name), 16);
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
