package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.PacketSocket;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Mman;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.PacketDiag;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * The rings that packet sockets share with programs (PACKET_RX_RING, PACKET_TX_RING). Where the kernel stands in one it tells nobody, but a
 * ring that no packet has been in stands at its beginning, as a new one does.
 */
final class PacketRings {
    static final int TPACKET_V3 = 2;

    private static final int REQUEST = 16; // sizeof(struct tpacket_req)
    private static final String SOCKET = "socket:[";

    // struct tpacket_block_desc { u32 version, offset_to_priv; struct tpacket_hdr_v1 { u32 block_status, num_pkts, ...;
    // } }
    private static final int BLOCK_STATUS = 8;
    private static final int PACKETS = 12;
    // { ..., offset_to_first_pkt, blk_len; u64 seq_num, ts_first_pkt, ts_last_pkt; }
    private static final int SEQUENCE = 24;

    private PacketRings() {}

    /** Whether a mapping is of one: no other socket's memory can be written and has its inode. */
    static boolean isOne(Mapping mapping) {
        return mapping.shared() && mapping.path().startsWith(SOCKET);
    }

    /** Why a mapping cannot be made again (resource at 1, reason at 2); nothing if it can. */
    static String[] reason(Mapping mapping) {
        return mapping.offset() == 0
                ? new String[0]
                : new String[] {"", "mapping of a packet socket", "it is a part of the socket's rings"};
    }

    /** A ring as its option takes it, which depends on the version of the socket's frames. */
    static Bytes request(byte[] ring, int version) {
        return Bytes.of(version == TPACKET_V3 || ring.length == 0 ? ring : Arrays.copyOf(ring, REQUEST));
    }

    /** Whether no packet has been in any of them, and the program has prepared none. */
    static boolean areNew(Fd copy, PacketDiag diag, int version) throws KernelException {
        long receive = bytes(diag.receiveRing());
        long bytes = receive + bytes(diag.sendRing());
        if (bytes == 0) {
            return true;
        }
        long address = Door.require(
                Door.call(SYS_mmap, 0, bytes, Mman.PROT_READ, Mman.MAP_SHARED, copy.number(), 0),
                "mmap",
                "packet socket, " + bytes + " bytes");
        try {
            MemorySegment all = Native.at(address, bytes);
            int block = version == TPACKET_V3 && receive > 0 ? blockSize(diag.receiveRing()) : 0;
            return (block == 0 || isFirst(all)) && isZero(all.asSlice(block));
        } finally {
            Door.call(SYS_munmap, address, bytes);
        }
    }

    // The kernel opens the first block at once, and closes none that is empty.
    private static boolean isFirst(MemorySegment block) {
        return block.get(JAVA_INT, BLOCK_STATUS) == 0
                && block.get(JAVA_INT, PACKETS) == 0
                && block.get(JAVA_INT, SEQUENCE) == 1;
    }

    private static boolean isZero(MemorySegment memory) {
        return memory.byteSize() == 0
                || memory.get(JAVA_BYTE, 0) == 0
                        && memory.asSlice(1).mismatch(memory.asSlice(0, memory.byteSize() - 1)) < 0;
    }

    private static int blockSize(byte[] ring) {
        return ByteBuffer.wrap(ring).order(ByteOrder.nativeOrder()).getInt(0);
    }

    private static long bytes(byte[] ring) {
        return ring.length == 0
                ? 0
                : (long) blockSize(ring)
                        * ByteBuffer.wrap(ring).order(ByteOrder.nativeOrder()).getInt(Integer.BYTES);
    }

    /** Adds what is in the way: mappings of sockets that their process has not got open any more. */
    static void requireOpen(Image image, ProcessState process, List<Refusal> refusals) {
        FdTable table = image.object(process.fdTable(), FdTable.class);
        for (Vma vma : image.object(process.addressSpace(), AddressSpace.class).vmas()) {
            if (vma.backing() instanceof Backing.PacketRing ring && !isOpen(image, table, ring.descriptor())) {
                String range = Long.toHexString(vma.start()) + "-" + Long.toHexString(vma.end());
                refusals.add(new Refusal(
                        "mapping of a packet socket",
                        "mapping " + range,
                        "its process has not got the socket open",
                        "unmap it"));
            }
        }
    }

    private static boolean isOpen(Image image, FdTable table, int number) {
        return table.descriptors().stream()
                .filter(descriptor -> descriptor.number() == number)
                .anyMatch(descriptor -> image.object(descriptor.openFile(), OpenFile.class) instanceof Socket socket
                        && socket.detail() instanceof PacketSocket packet
                        && packet.hasRing());
    }
}
