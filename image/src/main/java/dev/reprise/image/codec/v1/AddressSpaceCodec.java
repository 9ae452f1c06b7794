package dev.reprise.image.codec.v1;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.MmFields;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Vma;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** address_space.proto. */
final class AddressSpaceCodec {
    private AddressSpaceCodec() {}

    static MessageWriter write(AddressSpace space) {
        MessageWriter m = new MessageWriter();
        m.u32(1, space.id().value());
        m.message(2, fields(space.fields()));
        m.bytes(3, space.auxv().toArray());
        m.message(4, FileIdentityCodec.write(space.executable()));
        for (Vma vma : space.vmas()) {
            m.message(5, VmaCodec.write(vma));
        }
        m.packed(6, PageRunCodec.write(space.runs()));
        m.packed(7, PageRunCodec.write(space.guards()));
        m.u32(8, space.dumpable());
        m.u32(9, space.thpDisabled());
        m.u32(10, space.coredumpFilter());
        m.u32(11, space.lockFlags());
        m.u32(12, space.parent().value());
        m.packed(13, PageRunCodec.write(space.inherited()));
        return m;
    }

    static AddressSpace read(MessageReader m) throws IOException {
        ObjectId id = ObjectId.NONE;
        MmFields fields = null;
        Bytes auxv = Bytes.empty();
        FileIdentity executable = null;
        List<Vma> vmas = new ArrayList<>();
        List<PageRun> runs = List.of();
        ObjectId parent = ObjectId.NONE;
        List<PageRun> inherited = List.of();
        List<PageRun> guards = List.of();
        int dumpable = 0;
        int thpDisabled = 0;
        int coredumpFilter = 0;
        int lockFlags = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> id = new ObjectId(m.u32());
                case 2 -> fields = fields(m.message());
                case 3 -> auxv = Bytes.of(m.bytes());
                case 4 -> executable = FileIdentityCodec.read(m.message());
                case 5 -> vmas.add(VmaCodec.read(m.message()));
                case 6 -> runs = PageRunCodec.read(m.packed());
                case 7 -> guards = PageRunCodec.read(m.packed());
                case 8 -> dumpable = m.u32();
                case 9 -> thpDisabled = m.u32();
                case 10 -> coredumpFilter = m.u32();
                case 11 -> lockFlags = m.u32();
                case 12 -> parent = new ObjectId(m.u32());
                case 13 -> inherited = PageRunCodec.read(m.packed());
                default -> throw m.unknown("AddressSpace");
            }
        }
        return new AddressSpace(
                id,
                MessageReader.require(fields, "AddressSpace.fields"),
                auxv,
                MessageReader.require(executable, "AddressSpace.executable"),
                vmas,
                runs,
                parent,
                inherited,
                guards,
                dumpable,
                thpDisabled,
                coredumpFilter,
                lockFlags);
    }

    private static MessageWriter fields(MmFields mm) {
        MessageWriter m = new MessageWriter();
        m.u64(1, mm.startCode());
        m.u64(2, mm.endCode());
        m.u64(3, mm.startData());
        m.u64(4, mm.endData());
        m.u64(5, mm.startBrk());
        m.u64(6, mm.brk());
        m.u64(7, mm.startStack());
        m.u64(8, mm.argStart());
        m.u64(9, mm.argEnd());
        m.u64(10, mm.envStart());
        m.u64(11, mm.envEnd());
        return m;
    }

    private static MmFields fields(MessageReader m) throws IOException {
        long[] v = new long[12];
        for (int field = m.next(); field != 0; field = m.next()) {
            if (field >= v.length) {
                throw m.unknown("MmFields");
            }
            v[field] = m.u64();
        }
        return new MmFields(v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11]);
    }
}
