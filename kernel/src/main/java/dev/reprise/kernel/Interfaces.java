package dev.reprise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The network interfaces of a network namespace with their addresses, and others that look like them in another one:
 * nothing goes through those (rtnetlink(7)).
 */
public final class Interfaces {
    private static final int NETLINK_ROUTE = 0;
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_GETADDR = 22;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_FLAGS = 8;
    private static final int IFA_F_NODAD = 2;
    private static final int IFF_UP = 1;
    /** struct ifinfomsg { u8 family, pad; u16 type; i32 index; u32 flags, change; }. */
    private static final int LINK_HEADER = 16;
    /** struct ifaddrmsg { u8 family, prefixlen, flags, scope; u32 index; }. */
    private static final int ADDRESS_HEADER = 8;
    /** Kinds that carry nothing anywhere; a kernel may lack one or the other. */
    private static final List<String> KINDS = List.of("dummy", "ifb", "bridge");

    private final List<Link> links;
    private final List<Address> addresses;

    private Interfaces(List<Link> links, List<Address> addresses) {
        this.links = links;
        this.addresses = addresses;
    }

    private record Link(int index, String name) {}

    /** An interface's address: struct ifaddrmsg, and the address itself. */
    private static final class Address {
        private final byte[] header;
        private final byte[] address;

        Address(byte[] header, byte[] address) {
            this.header = header;
            this.address = address;
        }

        boolean isLoopback() {
            return index() == 1;
        }

        int index() {
            return ByteBuffer.wrap(header).order(ByteOrder.nativeOrder()).getInt(4);
        }
    }

    /** Those of the calling thread's network namespace. */
    public static Interfaces read() throws KernelException {
        List<Link> links = new ArrayList<>();
        List<Address> addresses = new ArrayList<>();
        try (Netlink socket = Netlink.open(NETLINK_ROUTE, "rtnetlink");
                Arena arena = Arena.ofConfined()) {
            for (Netlink.Answer answer : socket.dump(arena, RTM_GETLINK, new byte[LINK_HEADER], "interfaces")) {
                if (answer.type() == RTM_NEWLINK) {
                    String name =
                            new String(attribute(answer.body(), LINK_HEADER, IFLA_IFNAME), StandardCharsets.ISO_8859_1);
                    links.add(new Link(answer.body().get(JAVA_INT_UNALIGNED, 4), name.substring(0, name.length() - 1)));
                }
            }
            for (Netlink.Answer answer : socket.dump(arena, RTM_GETADDR, new byte[ADDRESS_HEADER], "addresses")) {
                if (answer.type() == RTM_NEWADDR) {
                    addresses.add(address(answer.body()));
                }
            }
        }
        return new Interfaces(links, addresses);
    }

    private static Address address(MemorySegment body) {
        byte[] local = attribute(body, ADDRESS_HEADER, IFA_LOCAL);
        return new Address(
                Native.copy(body, ADDRESS_HEADER),
                local.length == 0 ? attribute(body, ADDRESS_HEADER, IFA_ADDRESS) : local);
    }

    // struct rtattr { u16 len, type; }, then its content; padded to 4 bytes.
    private static byte[] attribute(MemorySegment body, int from, int wanted) {
        for (long at = from; at + 4 <= body.byteSize(); ) {
            int length = Short.toUnsignedInt(body.get(JAVA_SHORT_UNALIGNED, at));
            if (length < 4) {
                break;
            }
            if (body.get(JAVA_SHORT_UNALIGNED, at + 2) == wanted) {
                return body.asSlice(at + 4, length - 4).toArray(ValueLayout.JAVA_BYTE);
            }
            at += length + 3 & ~3;
        }
        return new byte[0];
    }

    /**
     * Makes the like of them in the calling thread's network namespace, which is new: same names, numbers and addresses. What
     * the kernel does not make is missing there.
     */
    public void mirror() throws KernelException {
        try (Netlink socket = Netlink.open(NETLINK_ROUTE, "rtnetlink")) {
            for (Link link : links) {
                if (link.index() != 1) {
                    make(socket, link);
                }
                socket.request(RTM_NEWLINK, 0, linkHeader(link.index(), IFF_UP), link.name());
            }
            for (Address address : addresses) {
                add(socket, address);
            }
        }
    }

    private static void make(Netlink socket, Link link) throws KernelException {
        for (String kind : KINDS) {
            byte[] name = attribute(IFLA_IFNAME, (link.name() + "\0").getBytes(StandardCharsets.ISO_8859_1));
            byte[] info =
                    attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, kind.getBytes(StandardCharsets.ISO_8859_1)));
            byte[] request = join(linkHeader(link.index(), 0), name, info);
            if (socket.request(RTM_NEWLINK, Netlink.NLM_F_EXCL_CREATE, request, link.name()) == 0) {
                return;
            }
        }
    }

    private static void add(Netlink socket, Address address) throws KernelException {
        byte[] flags = ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(IFA_F_NODAD)
                .array();
        byte[] header = address.header.clone();
        header[2] = 0; // what it says of how it came there
        byte[] request = join(
                header,
                attribute(IFA_LOCAL, address.address),
                attribute(IFA_ADDRESS, address.address),
                attribute(IFA_FLAGS, flags));
        int result = socket.request(RTM_NEWADDR, Netlink.NLM_F_EXCL_CREATE, request, "address");
        if (result != 0 && !address.isLoopback()) {
            // An interface that could not be made: its address is good enough elsewhere.
            ByteBuffer.wrap(request).order(ByteOrder.nativeOrder()).putInt(4, 1);
            socket.request(RTM_NEWADDR, Netlink.NLM_F_EXCL_CREATE, request, "address");
        }
    }

    private static byte[] linkHeader(int index, int flags) {
        return ByteBuffer.allocate(LINK_HEADER)
                .order(ByteOrder.nativeOrder())
                .putInt(4, index)
                .putInt(8, flags)
                .putInt(12, flags)
                .array();
    }

    private static byte[] attribute(int type, byte[] content) {
        return ByteBuffer.allocate(4 + content.length + 3 & ~3)
                .order(ByteOrder.nativeOrder())
                .putShort((short) (4 + content.length))
                .putShort((short) type)
                .put(content)
                .array();
    }

    private static byte[] join(byte[]... parts) {
        byte[] all = new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
