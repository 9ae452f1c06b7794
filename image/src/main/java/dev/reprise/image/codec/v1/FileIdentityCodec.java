package dev.reprise.image.codec.v1;

import dev.reprise.image.state.FileAttributes;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** file_identity.proto. */
final class FileIdentityCodec {
    private FileIdentityCodec() {}

    static MessageWriter write(FileIdentity file) {
        MessageWriter m = new MessageWriter();
        m.latin1(1, file.path());
        m.u32(2, file.device());
        m.u64(3, file.inode());
        m.u64(4, file.size());
        m.signed(5, file.mtimeNanos());
        m.u32(6, file.mode());
        m.utf8(7, file.buildId());
        if (!file.ownership().equals(Ownership.ROOT)) {
            m.message(8, OwnershipCodec.write(file.ownership()));
        }
        if (file.atimeNanos() != FileAttributes.UNKNOWN_TIME) {
            MessageWriter accessed = new MessageWriter();
            accessed.signed(1, file.atimeNanos());
            m.message(9, accessed);
        }
        return m;
    }

    private static long time(MessageReader m) throws IOException {
        long nanos = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            if (field != 1) {
                throw m.unknown("FileTime");
            }
            nanos = m.signed();
        }
        return nanos;
    }

    static FileIdentity read(MessageReader m) throws IOException {
        String path = "";
        int device = 0;
        long inode = 0;
        long size = 0;
        long mtimeNanos = 0;
        int mode = 0;
        String buildId = "";
        Ownership ownership = Ownership.ROOT;
        long atimeNanos = FileAttributes.UNKNOWN_TIME;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> path = m.latin1();
                case 2 -> device = m.u32();
                case 3 -> inode = m.u64();
                case 4 -> size = m.u64();
                case 5 -> mtimeNanos = m.signed();
                case 6 -> mode = m.u32();
                case 7 -> buildId = m.utf8();
                case 8 -> ownership = OwnershipCodec.read(m.message());
                case 9 -> atimeNanos = time(m.message());
                default -> throw m.unknown("FileIdentity");
            }
        }
        return new FileIdentity(path, device, inode, size, mtimeNanos, mode, buildId, ownership, atimeNanos);
    }
}
