package dev.reprise.engine.transport;

import dev.reprise.engine.model.PageFile;
import dev.reprise.image.BadImageException;
import dev.reprise.image.stream.DataCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Pieces of an image file, each checked when it is read. */
final class CheckedPages implements PageFile {
    private final FileChannel file;
    private final TreeMap<Long, DataCheck> checks = new TreeMap<>();

    /** Takes over {@code file}; {@code all}: what its page data must be. */
    CheckedPages(FileChannel file, List<DataCheck> all) {
        this.file = file;
        all.forEach(check -> checks.put(check.position(), check));
    }

    @Override
    public Piece read(long position, ByteBuffer buffer) throws IOException {
        Map.Entry<Long, DataCheck> entry = checks.floorEntry(position);
        if (entry == null || position >= entry.getKey() + entry.getValue().length()) {
            throw new BadImageException.Corrupt("no page data lie there", position);
        }
        DataCheck check = entry.getValue();
        int piece = (int) ((position - check.position()) / PIECE);
        check.verify(file, buffer, piece);
        return new Piece(check.position() + (long) piece * PIECE, buffer.limit());
    }

    @Override
    public void close() {
        FileSource.close(file);
    }
}
