package dev.reprise.image.codec.v1;

import dev.reprise.image.state.BpfMap;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** bpf_map.proto. */
final class BpfMapCodec {
    private BpfMapCodec() {}

    static MessageWriter write(BpfMap map) {
        MessageWriter m = OpenFileHead.write(map);
        m.u32(4, map.type());
        m.u32(5, map.keySize());
        m.u32(6, map.valueSize());
        m.u32(7, map.maxEntries());
        m.u32(8, map.mapFlags());
        m.u64(9, map.extra());
        m.latin1(10, map.name());
        m.bool(11, map.frozen());
        m.bytes(12, map.keys().toArray());
        m.bytes(13, map.values().toArray());
        return m;
    }

    static BpfMap read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        int type = 0;
        int keySize = 0;
        int valueSize = 0;
        int maxEntries = 0;
        int mapFlags = 0;
        long extra = 0;
        String name = "";
        boolean frozen = false;
        Bytes keys = Bytes.empty();
        Bytes values = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> type = m.u32();
                case 5 -> keySize = m.u32();
                case 6 -> valueSize = m.u32();
                case 7 -> maxEntries = m.u32();
                case 8 -> mapFlags = m.u32();
                case 9 -> extra = m.u64();
                case 10 -> name = m.latin1();
                case 11 -> frozen = m.bool();
                case 12 -> keys = Bytes.of(m.bytes());
                case 13 -> values = Bytes.of(m.bytes());
                default -> head.read(field, m, "BpfMap");
            }
        }
        return new BpfMap(
                head.id(),
                head.flags(),
                head.owner(),
                type,
                keySize,
                valueSize,
                maxEntries,
                mapFlags,
                extra,
                name,
                frozen,
                keys,
                values);
    }
}
