package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsockopt;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Socket;
import dev.reprise.kernel.Sockets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Joins multicast groups, each with its filter of sources. */
final class Memberships {
    private static final int MCAST_JOIN_GROUP = 42;
    private static final int MCAST_MSFILTER = 48;
    private static final int MCAST_EXCLUDE = 0;
    // struct group_filter { u32 interface; sockaddr_storage group; u32 mode, count; sockaddr_storage sources[]; }; it
    // begins as struct group_req.
    private static final int REQUEST = 136;
    private static final int MODE = 136;
    private static final int COUNT = 140;

    private Memberships() {}

    static void join(ProgramBuilder p, Socket socket, int number, List<Bytes> memberships) {
        int level = socket.domain() == Sockets.AF_INET6 ? Sockets.IPPROTO_IPV6 : Sockets.IPPROTO_IP;
        for (Bytes membership : memberships) {
            byte[] filter = membership.toArray();
            set(p, number, level, MCAST_JOIN_GROUP, Arrays.copyOf(filter, REQUEST));
            ByteBuffer in = ByteBuffer.wrap(filter).order(ByteOrder.LITTLE_ENDIAN);
            if (in.getInt(MODE) != MCAST_EXCLUDE || in.getInt(COUNT) != 0) {
                set(p, number, level, MCAST_MSFILTER, filter);
            }
        }
    }

    private static void set(ProgramBuilder p, int number, int level, int name, byte[] value) {
        p.call(SYS_setsockopt, Arg.of(number), Arg.of(level), Arg.of(name), p.bytes(value), Arg.of(value.length))
                .about("multicast group of socket " + number);
    }
}
