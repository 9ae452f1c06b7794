package dev.reprise.engine.capture;

import dev.reprise.image.state.Bytes;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.MulticastGroups;
import dev.reprise.kernel.Sockets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The multicast groups that a socket has joined.
 *
 * <p>The kernel lists groups for each device only; whether a socket is in one, it says when asked for the socket's
 * filter of that group.
 */
final class Memberships {
    private static final int MCAST_MSFILTER = 48;
    // struct group_filter { u32 interface; sockaddr_storage group; u32 mode, count; sockaddr_storage sources[]; }
    private static final int GROUP = 8;
    private static final int COUNT = 140;
    private static final int SOURCES = 144;
    private static final int SOURCE_SIZE = 128;
    private static final int MOST_SOURCES = 64;

    private Memberships() {}

    /** Each as a struct group_filter with its sources. */
    static List<Bytes> of(LiveSocket socket) throws KernelException {
        List<Bytes> joined = new ArrayList<>();
        boolean six = socket.domain() == Sockets.AF_INET6;
        int level = six ? Sockets.IPPROTO_IPV6 : Sockets.IPPROTO_IP;
        for (MulticastGroups.Group group : six ? MulticastGroups.v6() : MulticastGroups.v4()) {
            byte[] answer = socket.view().answer(level, MCAST_MSFILTER, question(group, six));
            if (answer.length >= SOURCES) {
                int sources =
                        ByteBuffer.wrap(answer).order(ByteOrder.LITTLE_ENDIAN).getInt(COUNT);
                int length = SOURCES + SOURCE_SIZE * Math.min(sources, MOST_SOURCES);
                joined.add(Bytes.of(Arrays.copyOf(answer, length)));
            }
        }
        return joined;
    }

    private static byte[] question(MulticastGroups.Group group, boolean six) {
        ByteBuffer question =
                ByteBuffer.allocate(SOURCES + SOURCE_SIZE * MOST_SOURCES).order(ByteOrder.LITTLE_ENDIAN);
        question.putInt(0, group.device());
        question.putShort(GROUP, (short) (six ? Sockets.AF_INET6 : Sockets.AF_INET));
        question.put(GROUP + (six ? 8 : 4), group.address());
        question.putInt(COUNT, MOST_SOURCES);
        return question.array();
    }
}
