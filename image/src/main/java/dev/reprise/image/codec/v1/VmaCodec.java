package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.MemoryPolicy;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import dev.reprise.image.wire.MalformedException;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import dev.reprise.image.wire.UnknownFieldException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/** vma.proto. */
final class VmaCodec {
    private VmaCodec() {}

    static MessageWriter write(Vma vma) {
        MessageWriter m = new MessageWriter();
        m.u64(1, vma.start());
        m.u64(2, vma.end());
        m.u32(3, vma.protection());
        m.bool(4, vma.shared());
        m.u64(5, vma.offset());
        m.u64(6, flags(vma.flags()));
        switch (vma.backing()) {
            case Backing.Anonymous anonymous ->
                m.element(7, latin1(anonymous.name()).toByteArray());
            case Backing.MappedFile mapped -> m.message(8, FileIdentityCodec.write(mapped.file()));
            case Backing.SharedMemory shared -> m.message(9, sharedMemory(shared));
            case Backing.Kernel kernel -> m.element(10, latin1(kernel.name()).toByteArray());
            case Backing.Device device -> m.message(11, FileIdentityCodec.write(device.file()));
            case Backing.AioRing ring -> m.message(14, AioRingCodec.write(ring));
            case Backing.IoUringMemory memory -> m.message(15, descriptor(memory.descriptor()));
            case Backing.PacketRing ring -> m.message(16, descriptor(ring.descriptor()));
        }
        m.u32(12, vma.policy().mode());
        m.bytes(13, vma.policy().nodes().toArray());
        return m;
    }

    static Vma read(MessageReader m) throws IOException {
        long start = 0;
        long end = 0;
        int protection = 0;
        boolean shared = false;
        long offset = 0;
        Set<VmFlag> flags = Set.of();
        Backing backing = null;
        int policy = 0;
        Bytes nodes = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> start = m.u64();
                case 2 -> end = m.u64();
                case 3 -> protection = m.u32();
                case 4 -> shared = m.bool();
                case 5 -> offset = m.u64();
                case 6 -> flags = flags(m.u64());
                case 7 -> backing = new Backing.Anonymous(name(m.message()));
                case 8 -> backing = new Backing.MappedFile(FileIdentityCodec.read(m.message()));
                case 9 -> backing = sharedMemory(m.message());
                case 10 -> backing = new Backing.Kernel(name(m.message()));
                case 11 -> backing = new Backing.Device(FileIdentityCodec.read(m.message()));
                case 12 -> policy = m.u32();
                case 13 -> nodes = Bytes.of(m.bytes());
                case 14 -> backing = AioRingCodec.read(m.message());
                case 15 -> backing = new Backing.IoUringMemory(descriptor(m.message()));
                case 16 -> backing = new Backing.PacketRing(descriptor(m.message()));
                default -> throw m.unknown("Vma");
            }
        }
        return new Vma(
                start,
                end,
                protection,
                shared,
                offset,
                MessageReader.require(backing, "Vma.backing"),
                flags,
                new MemoryPolicy(policy, nodes));
    }

    // The bit numbers are the format's own: a new flag gets the next one wherever it stands in the enum.
    private static int bit(VmFlag flag) {
        return switch (flag) {
            case GROWS_DOWN -> 0;
            case LOCKED -> 1;
            case LOCKED_ON_FAULT -> 2;
            case SEQUENTIAL -> 3;
            case RANDOM -> 4;
            case DONT_FORK -> 5;
            case DONT_EXPAND -> 6;
            case NO_RESERVE -> 7;
            case WIPE_ON_FORK -> 8;
            case DONT_DUMP -> 9;
            case HUGE_PAGE -> 10;
            case NO_HUGE_PAGE -> 11;
            case MERGEABLE -> 12;
            case DROPPABLE -> 13;
            case SEALED -> 14;
            case HUGETLB -> 15;
            case ACCOUNTABLE -> 16;
            case MAY_WRITE -> 17;
            case UFFD_MISSING -> 18;
            case UFFD_WRITE_PROTECT -> 19;
            case UFFD_MINOR -> 20;
        };
    }

    private static long flags(Set<VmFlag> flags) {
        long mask = 0;
        for (VmFlag flag : flags) {
            mask |= 1L << bit(flag);
        }
        return mask;
    }

    private static Set<VmFlag> flags(long mask) throws UnknownFieldException {
        Set<VmFlag> flags = EnumSet.noneOf(VmFlag.class);
        long left = mask;
        for (VmFlag flag : VmFlag.values()) {
            if ((mask & 1L << bit(flag)) != 0) {
                flags.add(flag);
                left &= ~(1L << bit(flag));
            }
        }
        if (left != 0) {
            throw new UnknownFieldException("flags 0x" + Long.toHexString(left) + " of Vma are not known");
        }
        return flags;
    }

    // IoUringMemory and PacketRing: the number of the open file that the memory belongs to.
    private static MessageWriter descriptor(int number) {
        MessageWriter m = new MessageWriter();
        m.u32(1, number);
        return m;
    }

    private static int descriptor(MessageReader m) throws IOException {
        int descriptor = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            if (field != 1) {
                throw m.unknown("Vma.backing");
            }
            descriptor = m.u32();
        }
        return descriptor;
    }

    private static MessageWriter latin1(String name) {
        MessageWriter m = new MessageWriter();
        m.latin1(1, name);
        return m;
    }

    private static String name(MessageReader m) throws IOException {
        String name = "";
        for (int field = m.next(); field != 0; field = m.next()) {
            if (field != 1) {
                throw m.unknown("Name");
            }
            name = m.latin1();
        }
        return name;
    }

    private static MessageWriter sharedMemory(Backing.SharedMemory shared) {
        MessageWriter m = new MessageWriter();
        m.u32(1, shared.memory().value());
        m.bool(2, shared.writable());
        return m;
    }

    private static Backing.SharedMemory sharedMemory(MessageReader m) throws IOException {
        ObjectId memory = ObjectId.NONE;
        boolean writable = false;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> memory = new ObjectId(m.u32());
                case 2 -> writable = m.bool();
                default -> throw m.unknown("SharedMemory");
            }
        }
        if (memory.equals(ObjectId.NONE)) {
            throw new MalformedException("SharedMemory.memory is missing");
        }
        return new Backing.SharedMemory(memory, writable);
    }
}
