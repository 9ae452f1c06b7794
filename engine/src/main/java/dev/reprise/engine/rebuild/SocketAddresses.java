package dev.reprise.engine.rebuild;

import dev.reprise.kernel.Sockets;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Socket addresses in words, for the line a user sees when one is taken. */
final class SocketAddresses {
    private SocketAddresses() {}

    static String describe(byte[] address) {
        int family = address.length < 2 ? 0 : address[0] & 0xff | (address[1] & 0xff) << 8;
        return switch (family) {
            case Sockets.AF_UNIX -> unix(address);
            case Sockets.AF_INET -> inet(Arrays.copyOfRange(address, 4, 8), address);
            case Sockets.AF_INET6 -> inet(Arrays.copyOfRange(address, 8, 24), address);
            default -> "an address of family " + family;
        };
    }

    private static String inet(byte[] ip, byte[] address) {
        int port = (address[2] & 0xff) << 8 | address[3] & 0xff;
        try {
            return InetAddress.getByAddress(ip).getHostAddress() + " port " + port;
        } catch (UnknownHostException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }

    private static String unix(byte[] address) {
        String name = new String(address, 2, address.length - 2, StandardCharsets.ISO_8859_1);
        return name.startsWith("\0") ? "@" + name.substring(1) : name.replace("\0", "");
    }
}
