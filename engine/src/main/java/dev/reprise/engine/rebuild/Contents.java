package dev.reprise.engine.rebuild;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The contents of an image's memory where they lie in a mapped file: looked at, never changed. */
final class Contents {
    private final MemorySegment file;
    private final Map<ObjectId, TreeMap<Long, Piece>> pieces = new HashMap<>();

    /** A run of pages and its bytes. */
    record Piece(PageRun run, MemorySegment bytes) {}

    Contents(MemorySegment file, List<PageBatch> batches) {
        this.file = file;
        for (PageBatch batch : batches) {
            TreeMap<Long, Piece> ofObject = pieces.computeIfAbsent(batch.object(), _ -> new TreeMap<>());
            long position = batch.position();
            for (PageRun run : batch.runs()) {
                ofObject.put(run.start(), new Piece(run, this.file.asSlice(position, run.bytes())));
                position += run.bytes();
            }
        }
    }

    /** All pieces of an object, ascending. */
    List<Piece> of(ObjectId object) {
        return new ArrayList<>(pieces.getOrDefault(object, new TreeMap<>()).values());
    }

    /** Eight bytes of an object; nothing where its contents are not in the file. */
    OptionalLong longAt(ObjectId object, long at) {
        MemorySegment bytes = at(object, at, Long.BYTES);
        return bytes.byteSize() == 0 ? OptionalLong.empty() : OptionalLong.of(bytes.get(JAVA_LONG_UNALIGNED, 0));
    }

    /** Four bytes of an object; nothing where its contents are not in the file. */
    OptionalInt intAt(ObjectId object, long at) {
        MemorySegment bytes = at(object, at, Integer.BYTES);
        return bytes.byteSize() == 0 ? OptionalInt.empty() : OptionalInt.of(bytes.get(JAVA_INT_UNALIGNED, 0));
    }

    private MemorySegment at(ObjectId object, long at, long length) {
        Map.Entry<Long, Piece> below =
                pieces.getOrDefault(object, new TreeMap<>()).floorEntry(at);
        if (below == null || at + length > below.getValue().run().end()) {
            return MemorySegment.NULL;
        }
        return below.getValue().bytes().asSlice(at - below.getKey(), length);
    }
}
