package dev.reprise.image.codec.v1;

import dev.reprise.image.wire.MalformedException;
import java.util.ArrayList;
import java.util.List;

/** Lists of ids of tasks, groups and sessions. */
final class IdsCodec {
    private IdsCodec() {}

    static long[] write(List<Integer> ids) {
        long[] values = new long[ids.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Integer.toUnsignedLong(ids.get(i));
        }
        return values;
    }

    static List<Integer> read(long[] values) throws MalformedException {
        List<Integer> ids = new ArrayList<>(values.length);
        for (long value : values) {
            if (value >>> 32 != 0) {
                throw new MalformedException("an id is too large");
            }
            ids.add((int) value);
        }
        return ids;
    }
}
