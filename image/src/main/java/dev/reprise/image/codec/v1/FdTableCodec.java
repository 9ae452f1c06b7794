package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FileLock;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.wire.MalformedException;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** fd_table.proto. */
final class FdTableCodec {
    private FdTableCodec() {}

    static MessageWriter write(FdTable table) {
        MessageWriter m = new MessageWriter();
        m.u32(1, table.id().value());
        for (Descriptor descriptor : table.descriptors()) {
            MessageWriter d = new MessageWriter();
            d.u32(1, descriptor.number());
            d.bool(2, descriptor.closeOnExec());
            d.u32(3, descriptor.openFile().value());
            m.message(2, d);
        }
        for (FileLock lock : table.locks()) {
            m.message(3, FileLockCodec.write(lock));
        }
        return m;
    }

    static FdTable read(MessageReader m) throws IOException {
        ObjectId id = ObjectId.NONE;
        List<Descriptor> descriptors = new ArrayList<>();
        List<FileLock> locks = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> id = new ObjectId(m.u32());
                case 2 -> {
                    Descriptor next = descriptor(m.message());
                    if (next.number() < 0
                            || !descriptors.isEmpty()
                                    && next.number() <= descriptors.getLast().number()) {
                        throw new MalformedException("descriptor " + next.number() + " is out of order");
                    }
                    descriptors.add(next);
                }
                case 3 -> locks.add(FileLockCodec.read(m.message()));
                default -> throw m.unknown("FdTable");
            }
        }
        return new FdTable(id, descriptors, locks);
    }

    private static Descriptor descriptor(MessageReader m) throws IOException {
        int number = 0;
        boolean closeOnExec = false;
        ObjectId openFile = ObjectId.NONE;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> number = m.u32();
                case 2 -> closeOnExec = m.bool();
                case 3 -> openFile = new ObjectId(m.u32());
                default -> throw m.unknown("Descriptor");
            }
        }
        return new Descriptor(number, closeOnExec, openFile);
    }
}
