package dev.reprise.kernel;

import java.util.ArrayList;
import java.util.List;

/** What /proc/PID/fdinfo/N says: the part that all files have, and the lines of its kind. */
public record FdInfo(long position, int flags, int mountId, long inode, List<String> lines) {
    public FdInfo {
        lines = List.copyOf(lines);
    }

    /** Of a descriptor of a process. */
    public static FdInfo of(int pid, int number) throws KernelException {
        return parse(Proc.text("/proc/" + pid + "/fdinfo/" + number));
    }

    /** From its text. */
    public static FdInfo parse(String text) {
        long position = 0;
        int flags = 0;
        int mountId = 0;
        long inode = 0;
        List<String> lines = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int end = text.indexOf('\n', at);
            String line = text.substring(at, end < 0 ? text.length() : end);
            at += line.length() + 1;
            if (line.startsWith("pos:")) {
                position = Long.parseLong(line.substring(4).strip());
            } else if (line.startsWith("flags:")) {
                flags = Integer.parseUnsignedInt(line.substring(6).strip(), 8);
            } else if (line.startsWith("mnt_id:")) {
                mountId = Integer.parseInt(line.substring(7).strip());
            } else if (line.startsWith("ino:")) {
                inode = Long.parseUnsignedLong(line.substring(4).strip());
            } else if (!line.isEmpty()) {
                lines.add(line);
            }
        }
        return new FdInfo(position, flags, mountId, inode, lines);
    }

    /** Whether exec closes the descriptor. */
    public boolean closeOnExec() {
        return (flags & Fcntl.O_CLOEXEC) != 0;
    }

    /** The flags of the open file description. */
    public int statusFlags() {
        return flags & ~Fcntl.O_CLOEXEC;
    }

    /** The rest of the line that begins with {@code name} and a colon; empty when there is none. */
    public String field(String name) {
        for (String line : lines) {
            if (line.startsWith(name) && line.startsWith(":", name.length())) {
                return line.substring(name.length() + 1).strip();
            }
        }
        return "";
    }
}
