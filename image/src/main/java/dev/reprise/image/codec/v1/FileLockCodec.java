package dev.reprise.image.codec.v1;

import dev.reprise.image.state.FileLock;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import dev.reprise.image.wire.UnknownFieldException;
import java.io.IOException;

/** file_lock.proto. */
final class FileLockCodec {
    private FileLockCodec() {}

    static MessageWriter write(FileLock lock) {
        MessageWriter m = new MessageWriter();
        m.u32(1, lock.descriptor());
        m.u32(2, number(lock.kind()));
        m.u32(3, lock.type());
        m.u64(4, lock.start());
        m.u64(5, lock.end());
        return m;
    }

    static FileLock read(MessageReader m) throws IOException {
        int descriptor = 0;
        int kind = 0;
        int type = 0;
        long start = 0;
        long end = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> descriptor = m.u32();
                case 2 -> kind = m.u32();
                case 3 -> type = m.u32();
                case 4 -> start = m.u64();
                case 5 -> end = m.u64();
                default -> throw m.unknown("FileLock");
            }
        }
        return new FileLock(descriptor, kind(kind), type, start, end);
    }

    private static int number(FileLock.Kind kind) {
        return switch (kind) {
            case FLOCK -> 1;
            case POSIX -> 2;
            case OFD -> 3;
            case LEASE -> 4;
        };
    }

    private static FileLock.Kind kind(int number) throws UnknownFieldException {
        return switch (number) {
            case 1 -> FileLock.Kind.FLOCK;
            case 2 -> FileLock.Kind.POSIX;
            case 3 -> FileLock.Kind.OFD;
            case 4 -> FileLock.Kind.LEASE;
            default -> throw new UnknownFieldException("kind " + number + " of FileLock is not known");
        };
    }
}
