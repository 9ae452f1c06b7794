package dev.reprise.engine.capture;

import static dev.reprise.kernel.Sockets.IPPROTO_UDP;
import static dev.reprise.kernel.Sockets.SOL_SOCKET;
import static dev.reprise.kernel.Sockets.SO_PEEK_OFF;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Datagram;
import dev.reprise.kernel.Capability;
import dev.reprise.kernel.InetDiag;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Poll;
import dev.reprise.kernel.SocketPeek;
import dev.reprise.kernel.Sockets;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What lies unread in the queue of a UDP socket. A restore sends it again, from the addresses that it came from and over the loopback device: so
 * nobody else may be there to get it, and it must not matter on which device it comes.
 *
 * <p>MSG_PEEK shows the first datagram only; those behind it are seen with SO_PEEK_OFF, which the frozen process itself puts back
 * ({@link ChangeGuard}).
 */
final class Datagrams {
    private static final int LARGEST = 1 << 16;
    private static final int SO_BINDTODEVICE = 25;
    private static final int UDP_ENCAP = 100;
    private static final int UDP_GRO = 104;
    private static final String LOOPBACK = "lo";
    private static final String LATER = "try again when the queue is empty";
    /** Of sockaddr_in and sockaddr_in6. */
    private static final int ADDRESS_AT = 4;

    private static final int ADDRESS6_AT = 8;
    private static final int SCOPE_AT = 24;

    private final LiveSocket socket;
    private final DescriptorLook look;

    Datagrams(LiveSocket socket, DescriptorLook look) {
        this.socket = socket;
        this.look = look;
    }

    /** A queue that cannot be filled again is refused; {@code kind}: of socket. */
    void look(String kind) throws KernelException {
        String why = whyNot();
        if (!why.isEmpty()) {
            look.refuseForNow(
                    socket.d(),
                    kind + " socket with a queue",
                    "it holds datagrams that nobody has read, " + why,
                    LATER);
        }
    }

    private String whyNot() throws KernelException {
        if (socket.protocol() != IPPROTO_UDP || socket.type() != Sockets.SOCK_DGRAM) {
            return "which cannot be sent again";
        }
        if (!Capability.isEffective(Capability.CAP_NET_RAW)) {
            return "and only CAP_NET_RAW can send them again";
        }
        if (isSet(UDP_GRO) || isSet(UDP_ENCAP)) {
            return "which the kernel has put together (UDP_GRO, UDP_ENCAP)";
        }
        byte[] local = socket.view().localAddress();
        if (local.length <= ADDRESS_AT || isMulticast(local)) {
            return "which came to a multicast address";
        }
        String device = new String(socket.view().option(SOL_SOCKET, SO_BINDTODEVICE), StandardCharsets.ISO_8859_1);
        if (!device.isEmpty() && !device.replace("\0", "").equals(LOOPBACK)) {
            return "which came over a device of their own (SO_BINDTODEVICE)";
        }
        return isAlone(local) ? "" : "and another socket has its port, too";
    }

    private boolean isSet(int option) throws KernelException {
        return socket.view().option(IPPROTO_UDP, option).length > 0
                && socket.view().number(IPPROTO_UDP, option) != 0;
    }

    private static boolean isMulticast(byte[] address) {
        boolean four = address[0] == Sockets.AF_INET;
        int first = address[four ? ADDRESS_AT : ADDRESS6_AT] & 0xff;
        return four ? first >= 224 : first == 255;
    }

    private boolean isAlone(byte[] local) throws KernelException {
        String own = InetDiag.end(local);
        int sockets = 0;
        for (InetDiag one : look.inet().all(IPPROTO_UDP)) {
            sockets += overlap(own, one.local()) ? 1 : 0;
        }
        return sockets <= 1;
    }

    // As InetDiag.end writes them: one port, and addresses that are the same, or one that stands for the other.
    private static boolean overlap(String one, String other) {
        int colon = one.indexOf(':');
        int otherColon = other.indexOf(':');
        String address = one.substring(0, colon);
        String otherAddress = other.substring(0, otherColon);
        return one.substring(colon).equals(other.substring(otherColon))
                && (address.equals(otherAddress) || covers(address, otherAddress) || covers(otherAddress, address));
    }

    // Any address of IPv6 is any of IPv4, too.
    private static boolean covers(String any, String address) {
        return any.chars().allMatch(c -> c == '0') && any.length() >= address.length();
    }

    /** All of a socket that no look has refused; its queue stays as it is. */
    List<Datagram> read(ChangeGuard guard) throws KernelException {
        List<Datagram> datagrams = new ArrayList<>(0);
        int now = Poll.now(socket.d().copy());
        if ((now & Poll.POLLIN) == 0 || (now & (Poll.POLLRDHUP | Poll.POLLERR)) != 0 || !whyNot().isEmpty()) {
            return datagrams;
        }
        if (!guard.guards(socket.d())) {
            refuse("it is on its way itself, in a message");
            return datagrams;
        }
        int offset = socket.view().number(SOL_SOCKET, SO_PEEK_OFF);
        guard.during(
                socket.d(),
                List.of(new ChangeGuard.Setting(SOL_SOCKET, SO_PEEK_OFF, offset)),
                () -> readAll(datagrams));
        return datagrams;
    }

    private void readAll(List<Datagram> datagrams) throws KernelException {
        int at = 0;
        while (true) {
            socket.view().set(SOL_SOCKET, SO_PEEK_OFF, at);
            SocketPeek next = SocketPeek.next(socket.d().copy(), LARGEST);
            if (next == null) {
                break;
            }
            if (next.address().length > SCOPE_AT && isScoped(next.address())) {
                refuse("from an address of one link");
            }
            datagrams.add(new Datagram(Bytes.of(next.data()), Bytes.of(next.address())));
            at += next.data().length;
        }
        requireFirst(datagrams);
    }

    private static boolean isScoped(byte[] address) {
        for (int i = SCOPE_AT; i < SCOPE_AT + Integer.BYTES; i++) {
            if (address[i] != 0) {
                return true;
            }
        }
        return false;
    }

    // With SO_PEEK_OFF the kernel shows an empty datagram once: what an earlier checkpoint has seen would be lost.
    private void requireFirst(List<Datagram> seen) throws KernelException {
        socket.view().set(SOL_SOCKET, SO_PEEK_OFF, -1);
        SocketPeek first = SocketPeek.next(socket.d().copy(), 1);
        if (first != null
                && first.data().length == 0
                && (seen.isEmpty() || !seen.getFirst().data().isEmpty())) {
            refuse("an empty one among them, which an earlier checkpoint has looked at: the kernel shows it once");
        }
    }

    private void refuse(String why) {
        look.refuseForNow(
                socket.d(), "UDP socket with a queue", "it holds datagrams that nobody has read, " + why, LATER);
    }
}
