package dev.reprise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What NETLINK_SOCK_DIAG tells of a packet socket (include/uapi/linux/packet_diag.h).
 *
 * @param memberships each a struct packet_mreq, as often as it was joined
 * @param receiveRing its memory for packets, as PACKET_RX_RING takes it (struct tpacket_req3); empty without
 * @param sendRing the same of PACKET_TX_RING
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record PacketDiag(List<byte[]> memberships, byte[] receiveRing, byte[] sendRing) {
    // struct packet_diag_req { u8 family, protocol; u16 pad; u32 ino, show, cookie[2]; }
    private static final int REQUEST = 20;
    private static final int SHOW = 8;
    private static final int PACKET_SHOW_MCLIST_RINGS = 2 | 4;
    // struct packet_diag_msg { u8 family, type; u16 num; u32 ino, cookie[2]; }
    private static final int INODE = 4;
    private static final int MESSAGE = 16;
    private static final int PACKET_DIAG_MCLIST = 1;
    private static final int PACKET_DIAG_RX_RING = 2;
    private static final int PACKET_DIAG_TX_RING = 3;
    // struct packet_diag_ring { u32 block_size, block_nr, frame_size, frame_nr, retire_tmo, sizeof_priv, features; }:
    // tpacket_req3
    private static final int RING = 28;
    // struct packet_diag_mclist { u32 index, count; u16 type, alen; u8 addr[32]; }
    private static final int MCLIST = 44;
    // struct packet_mreq { int index; u16 type, alen; u8 address[8]; }
    private static final int MREQ = 16;

    public PacketDiag {
        memberships = List.copyOf(memberships);
    }

    /** Of the socket with an inode in our network namespace. */
    public static PacketDiag of(long inode) throws KernelException {
        byte[] request = new byte[REQUEST];
        request[0] = Sockets.AF_PACKET;
        request[SHOW] = PACKET_SHOW_MCLIST_RINGS;
        try (Arena arena = Arena.ofConfined()) {
            for (MemorySegment answer : SockDiag.dump(arena, request, "packet sockets")) {
                if (Integer.toUnsignedLong(answer.get(JAVA_INT, INODE)) == inode) {
                    return parse(answer);
                }
            }
        }
        throw new KernelException("sock_diag", "inode " + inode, Errno.ENOENT);
    }

    private static PacketDiag parse(MemorySegment m) {
        List<byte[]> memberships = new ArrayList<>();
        byte[] receiveRing = new byte[0];
        byte[] sendRing = new byte[0];
        for (long at = MESSAGE; at + 4 <= m.byteSize(); ) {
            int size = Short.toUnsignedInt(m.get(JAVA_SHORT, at));
            switch (m.get(JAVA_SHORT, at + 2)) {
                case PACKET_DIAG_MCLIST -> {
                    for (long one = at + 4; one + MCLIST <= at + size; one += MCLIST) {
                        addAll(m, one, memberships);
                    }
                }
                case PACKET_DIAG_RX_RING -> receiveRing = Native.copy(m.asSlice(at + 4), RING);
                case PACKET_DIAG_TX_RING -> sendRing = Native.copy(m.asSlice(at + 4), RING);
                default -> {}
            }
            at += Math.max(4, (size + 3) & ~3);
        }
        return new PacketDiag(memberships, receiveRing, sendRing);
    }

    private static void addAll(MemorySegment m, long at, List<byte[]> memberships) {
        ByteBuffer one = ByteBuffer.allocate(MREQ).order(ByteOrder.LITTLE_ENDIAN);
        one.putInt(m.get(JAVA_INT, at));
        one.putShort(m.get(JAVA_SHORT, at + 8));
        one.putShort(m.get(JAVA_SHORT, at + 10));
        one.putLong(m.get(java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED, at + 12));
        for (int count = m.get(JAVA_INT, at + 4); count > 0; count--) {
            memberships.add(one.array().clone());
        }
    }
}
