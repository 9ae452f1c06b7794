package dev.reprise.image.stream;

import dev.reprise.image.BadImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the data of one record and computes their checksums, or passes over them in a file. */
final class DataReader {
    private final Feed feed;
    private final long position;
    private final long length;
    private final DataDigest digest;
    private final boolean isHashed;
    private boolean skipped;

    DataReader(Feed feed, long length, boolean isHashed) {
        this.feed = feed;
        this.position = feed.position();
        this.length = length;
        this.digest = new DataDigest(length, isHashed);
        this.isHashed = isHashed;
    }

    long length() {
        return length;
    }

    /** Reads what fits, but not beyond a piece; false at the end. */
    boolean read(ByteBuffer into) throws IOException {
        if (digest.remaining() == 0) {
            return false;
        }
        int limit = into.limit();
        int start = into.position();
        into.limit(start + (int) Math.min(into.remaining(), digest.pieceEnd() - digest.done()));
        feed.read(into);
        digest.update(into.duplicate().flip().position(start));
        into.limit(limit);
        return true;
    }

    /** Passes over what has not been read: unread in a file, else through a small buffer. */
    void pass() throws IOException {
        if (feed.isFile() && !isHashed && digest.done() == 0) {
            feed.skip(length);
            skipped = true;
            return;
        }
        ByteBuffer sink = feed.scratch().clear();
        while (read(sink)) {
            sink.clear();
        }
    }

    /** The hashes of all of it, if they are wanted. */
    byte[] hashes() {
        return digest.hashes();
    }

    /** Compares with the digest; data that were passed over are returned, to be checked later. */
    @Nullable
    DataCheck check(int[] expected) throws BadImageException {
        if (skipped) {
            return new DataCheck(position, length, expected);
        }
        int[] checksums = digest.checksums();
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] != checksums[i]) {
                long at = position + (long) i * Limits.PIECE;
                throw new BadImageException.Corrupt("page data differ from their checksum", at);
            }
        }
        return null;
    }
}
