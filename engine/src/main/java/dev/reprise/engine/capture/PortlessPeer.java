package dev.reprise.engine.capture;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Sockets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Whom a raw or ICMP socket is connected to: getpeername(2) finds no connection where there is no port, the tables of
 * /proc/net show it.
 */
final class PortlessPeer {
    private static final int REMOTE = 2;
    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final int WORD_DIGITS = 8;
    private static final int V4_SIZE = 16;
    private static final int V6_SIZE = 28;
    private static final int V6_ADDRESS_AT = 8;

    private PortlessPeer() {}

    /** A sockaddr_in or sockaddr_in6; empty for a socket that is not connected. */
    static byte[] of(LiveSocket socket) throws KernelException {
        boolean six = socket.domain() == Sockets.AF_INET6;
        String table = (socket.type() == Sockets.SOCK_RAW ? "raw" : "icmp") + (six ? "6" : "");
        String text =
                new String(Proc.bytes("/proc/" + socket.d().pid() + "/net/" + table), StandardCharsets.ISO_8859_1);
        String inode = Long.toString(socket.inode());
        for (String line : text.split("\n")) {
            String[] columns = line.strip().split(" +");
            if (columns.length > INODE && columns[INODE].equals(inode)) {
                boolean connected = Integer.parseInt(columns[STATE], 16) == Sockets.TCP_ESTABLISHED;
                return connected ? address(columns[REMOTE], six) : new byte[0];
            }
        }
        return new byte[0];
    }

    // The address as words of this machine, each in hexadecimal, and a port.
    private static byte[] address(String remote, boolean six) {
        ByteBuffer address = ByteBuffer.allocate(six ? V6_SIZE : V4_SIZE).order(ByteOrder.nativeOrder());
        address.putShort((short) (six ? Sockets.AF_INET6 : Sockets.AF_INET));
        address.position(six ? V6_ADDRESS_AT : Integer.BYTES);
        int digits = remote.indexOf(':');
        for (int at = 0; at < digits; at += WORD_DIGITS) {
            address.putInt(Integer.parseUnsignedInt(remote, at, at + WORD_DIGITS, 16));
        }
        return address.array();
    }
}
