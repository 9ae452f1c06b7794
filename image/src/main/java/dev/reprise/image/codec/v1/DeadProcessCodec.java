package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.DeadProcess;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.List;

/** dead_process.proto. */
final class DeadProcessCodec {
    private DeadProcessCodec() {}

    static MessageWriter write(DeadProcess process) {
        MessageWriter m = new MessageWriter();
        m.u32(1, process.pid());
        m.packed(2, IdsCodec.write(process.innerPids()));
        m.u32(3, process.parentPid());
        m.u32(4, process.parentTid());
        m.u32(5, process.groupId());
        m.u32(6, process.sessionId());
        m.u32(7, process.exitSignal());
        m.u32(8, process.waitStatus());
        m.bytes(9, process.name().toArray());
        m.u32(10, process.userId());
        m.u32(11, process.groupOwner());
        return m;
    }

    static DeadProcess read(MessageReader m) throws IOException {
        int[] v = new int[12];
        List<Integer> innerPids = List.of();
        Bytes name = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1, 3, 4, 5, 6, 7, 8, 10, 11 -> v[field] = m.u32();
                case 2 -> innerPids = IdsCodec.read(m.packed());
                case 9 -> name = Bytes.of(m.bytes());
                default -> throw m.unknown("DeadProcess");
            }
        }
        return new DeadProcess(v[1], innerPids, v[3], v[4], v[5], v[6], v[7], v[8], name, v[10], v[11]);
    }
}
