package dev.reprise.engine.capture;

import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.KcmpFile;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The members of an epoll set, from fdinfo; kcmp(2) says which open file each really watches.
 *
 * <pre>tfd:        6 events:       19 data:                6  pos:0 ino:1a sdev:10</pre>
 */
final class EpollMembers {
    private static final String LINE = "tfd:";

    private EpollMembers() {}

    /** All, in the kernel's order; the target of one that no descriptor leads to is {@link ObjectId#NONE}. */
    static List<EpollMember> of(LiveDescriptor d, Descriptions descriptions) throws KernelException {
        List<EpollMember> members = new ArrayList<>();
        Map<Integer, Integer> seen = new HashMap<>();
        for (String line : d.info().lines()) {
            if (line.startsWith(LINE)) {
                int number = Integer.parseInt(value(line, LINE));
                int index = seen.getOrDefault(number, 0); // among those of one number, closed and used again
                seen.put(number, index + 1);
                long inode = Long.parseUnsignedLong(value(line, " ino:"), 16);
                members.add(new EpollMember(
                        number,
                        target(d, number, index, inode, descriptions),
                        Integer.parseUnsignedInt(value(line, " events:"), 16),
                        Long.parseUnsignedLong(value(line, " data:"), 16)));
            }
        }
        return members;
    }

    private static String value(String line, String name) {
        int start = line.indexOf(name) + name.length();
        while (line.charAt(start) == ' ') {
            start++;
        }
        int end = line.indexOf(' ', start);
        return line.substring(start, end < 0 ? line.length() : end);
    }

    private static ObjectId target(LiveDescriptor d, int number, int index, long inode, Descriptions descriptions)
            throws KernelException {
        Descriptions.Description same = descriptions.at(d.pid(), number);
        // A socket's inode has one open file; kcmp goes through the whole set, so ask it only where it matters.
        if (same != null
                && same.info().inode() == inode
                && (same.link().startsWith("socket:[") || watches(d, number, index, same))) {
            return same.id();
        }
        for (Descriptions.Description other : descriptions.withInode(inode)) {
            if (watches(d, number, index, other)) {
                return other.id();
            }
        }
        return ObjectId.NONE;
    }

    private static boolean watches(LiveDescriptor d, int number, int index, Descriptions.Description candidate)
            throws KernelException {
        return KcmpFile.compareWithMember(candidate.pid(), candidate.number(), d.pid(), d.number(), number, index) == 0;
    }
}
