package dev.reprise.engine.capture;

import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.KcmpFile;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sets of epoll_create(2), from fdinfo; kcmp(2) says which open file a member really watches.
 *
 * <pre>tfd:        6 events:       19 data:                6  pos:0 ino:1a sdev:10</pre>
 */
final class EpollCapture implements OpenFileCapture {
    private static final String LINE = "tfd:";

    /** A line: the member and, for the numbers that were closed and used again, its place among those of its number. */
    private record Line(int number, int index, int events, long data, long inode) {}

    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().equals("anon_inode:[eventpoll]");
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        for (Line line : lines(d)) {
            if (target(d, line, look.descriptions()).equals(ObjectId.NONE)) {
                look.refuse(
                        d,
                        "epoll member without descriptor",
                        "it watches a file, added as " + line.number() + ", that no descriptor of the process leads to",
                        "remove it from the set before closing its descriptor");
            }
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        List<EpollMember> members = new ArrayList<>();
        for (Line line : lines(d)) {
            members.add(new EpollMember(
                    line.number(), target(d, line, take.look().descriptions()), line.events(), line.data()));
        }
        return new Epoll(id, d.info().statusFlags(), take.owner(d), members);
    }

    private static ObjectId target(LiveDescriptor d, Line line, Descriptions descriptions) throws KernelException {
        Descriptions.Description same = descriptions.at(line.number());
        // A socket's inode has one open file; asking kcmp is linear in the set's size, so ask only where it matters.
        if (same != null
                && same.info().inode() == line.inode()
                && (same.link().startsWith("socket:[") || watches(d, line, same))) {
            return same.id();
        }
        for (Descriptions.Description other : descriptions.withInode(line.inode())) {
            if (watches(d, line, other)) {
                return other.id();
            }
        }
        return ObjectId.NONE;
    }

    private static boolean watches(LiveDescriptor d, Line line, Descriptions.Description description)
            throws KernelException {
        return KcmpFile.compareWithMember(d.pid(), description.number(), d.number(), line.number(), line.index()) == 0;
    }

    private static List<Line> lines(LiveDescriptor d) {
        List<Line> lines = new ArrayList<>();
        Map<Integer, Integer> seen = new HashMap<>();
        for (String text : d.info().lines()) {
            if (text.startsWith(LINE)) {
                String[] words = text.split("\\s+", -1);
                int number = Integer.parseInt(words[1]);
                int index = seen.merge(number, 1, Integer::sum) - 1;
                lines.add(new Line(
                        number,
                        index,
                        Integer.parseUnsignedInt(words[3], 16),
                        Long.parseUnsignedLong(words[5], 16),
                        Long.parseUnsignedLong(words[7].substring("ino:".length()), 16)));
            }
        }
        return lines;
    }
}
