package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.Sockets.IPPROTO_TCP;
import static dev.reprise.kernel.Sockets.SOL_SOCKET;
import static dev.reprise.kernel.Sockets.SO_BUF_LOCK;
import static dev.reprise.kernel.Sockets.SO_RCVBUF;
import static dev.reprise.kernel.Sockets.SO_RCVBUFFORCE;
import static dev.reprise.kernel.Sockets.SO_SNDBUF;
import static dev.reprise.kernel.Sockets.SO_SNDBUFFORCE;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsockopt;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.SocketOption;
import dev.reprise.kernel.Sockets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Sets the options in which a socket differed from a new one. */
final class SocketOptionsRebuild {
    private static final int SO_PRIORITY = 12;
    private static final int TCP_WINDOW_CLAMP = 10;
    private static final int SO_LOCK_FILTER = 44;

    private final ProgramBuilder p;

    SocketOptionsRebuild(ProgramBuilder p) {
        this.p = p;
    }

    void set(int number, List<SocketOption> options) {
        setUnlocked(number, options);
        lockFilter(number, options);
    }

    /** All of a socket that is not connected. */
    void set(int number, Socket socket) {
        setAll(number, socket.options(), socket.protocol() != Sockets.IPPROTO_MPTCP);
        lockFilter(number, socket.options());
    }

    /** When its filter is in place. */
    void lockFilter(int number, List<SocketOption> options) {
        int locked = value(options, SOL_SOCKET, SO_LOCK_FILTER);
        if (locked != 0) {
            setNumber(number, SOL_SOCKET, SO_LOCK_FILTER, locked);
        }
    }

    /** All but the lock of its filter. */
    void setUnlocked(int number, List<SocketOption> options) {
        setAll(number, options, true);
    }

    private void setAll(int number, List<SocketOption> options, boolean unlocks) {
        for (SocketOption option : options) {
            if (isBuffer(option)) {
                setBuffer(number, option);
            } else if (!is(option, SO_BUF_LOCK) && !is(option, SO_PRIORITY) && !isLate(option)) {
                set(number, option.level(), option.name(), option.value().toArray());
            }
        }
        if (unlocks && options.stream().anyMatch(SocketOptionsRebuild::isBuffer)) {
            // Setting a size locks it; without an entry the sizes had come by themselves.
            set(number, SOL_SOCKET, SO_BUF_LOCK, bytes(value(options, SOL_SOCKET, SO_BUF_LOCK)));
        }
        for (SocketOption option : options) {
            if (is(option, SO_PRIORITY)) { // IP_TOS changes it
                set(number, SOL_SOCKET, SO_PRIORITY, option.value().toArray());
            }
        }
    }

    // What other calls do, when there is more than the socket.
    private static boolean isLate(SocketOption option) {
        return is(option, SO_LOCK_FILTER)
                || is(option, Sockets.SO_ATTACH_REUSEPORT_CBPF)
                || option.level() == IPPROTO_TCP && option.name() == TCP_WINDOW_CLAMP;
    }

    /** The program that chooses among the sockets of a port, when the socket has it; the most that a TCP connection's window may be. */
    void setLate(int number, List<SocketOption> options) {
        for (SocketOption option : options) {
            if (is(option, Sockets.SO_ATTACH_REUSEPORT_CBPF)) {
                SocketRebuild.attach(p, number, option.name(), option.value());
            } else if (option.level() == IPPROTO_TCP && option.name() == TCP_WINDOW_CLAMP) {
                set(number, IPPROTO_TCP, TCP_WINDOW_CLAMP, option.value().toArray());
            }
        }
    }

    /** Those of the options that are sizes of buffers. */
    static List<SocketOption> buffers(List<SocketOption> options) {
        return options.stream()
                .filter(option -> isBuffer(option) || is(option, SO_BUF_LOCK))
                .toList();
    }

    private static boolean isBuffer(SocketOption option) {
        return is(option, SO_SNDBUF) || is(option, SO_RCVBUF);
    }

    private static boolean is(SocketOption option, int name) {
        return option.level() == SOL_SOCKET && option.name() == name;
    }

    // The kernel doubles what it is told; the forced form goes beyond net.core.?mem_max, given CAP_NET_ADMIN.
    private void setBuffer(int number, SocketOption option) {
        byte[] half = bytes(asInt(option.value().toArray()) / 2);
        set(number, SOL_SOCKET, option.name(), half);
        int forced = option.name() == SO_SNDBUF ? SO_SNDBUFFORCE : SO_RCVBUFFORCE;
        p.attempt(
                SYS_setsockopt, Arg.of(number), Arg.of(SOL_SOCKET), Arg.of(forced), p.bytes(half), Arg.of(half.length));
    }

    /** Sets a four-byte option. */
    void setNumber(int number, int level, int name, int value) {
        set(number, level, name, bytes(value));
    }

    private void set(int number, int level, int name, byte[] value) {
        p.call(SYS_setsockopt, Arg.of(number), Arg.of(level), Arg.of(name), p.bytes(value), Arg.of(value.length))
                .about("option " + level + "." + name + " of socket " + number);
    }

    /** A four-byte option's value, 0 when it is not among them. */
    static int value(List<SocketOption> options, int level, int name) {
        for (SocketOption option : options) {
            if (option.level() == level && option.name() == name) {
                return asInt(option.value().toArray());
            }
        }
        return 0;
    }

    private static int asInt(byte[] value) {
        return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    private static byte[] bytes(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }
}
