package dev.reprise.image.stream;

import dev.reprise.image.BadImageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the data of one record, whose checksums are computed by whoever has them, or passes over them in a file. */
final class DataReader {
    private final Feed feed;
    private final long position;
    private final long length;
    private final boolean isHashed;
    private final List<PieceDigest> pieces = new ArrayList<>();
    private long read;
    private boolean skipped;
    private int @Nullable [] expected;

    DataReader(Feed feed, long length, boolean isHashed) {
        this.feed = feed;
        this.position = feed.position();
        this.length = length;
        this.isHashed = isHashed;
    }

    long length() {
        return length;
    }

    /** Reads the next piece, a MiB or what is left, which {@code into} has room for; null at the end. */
    @Nullable
    PieceDigest read(ByteBuffer into) throws IOException {
        if (read == length) {
            return null;
        }
        int limit = into.limit();
        int piece = (int) Math.min(Limits.PIECE, length - read);
        if (into.remaining() < piece) {
            throw new IllegalArgumentException(into.remaining() + " bytes are no room for a piece");
        }
        into.limit(into.position() + piece);
        feed.read(into);
        into.limit(limit);
        read += piece;
        PieceDigest digest = new PieceDigest(isHashed);
        pieces.add(digest);
        return digest;
    }

    /** Passes over what has not been read: unread in a file, else through memory that is lent. */
    void pass() throws IOException {
        if (feed.isFile() && !isHashed && read == 0) {
            feed.skip(length);
            skipped = true;
            return;
        }
        ByteBuffer sink = feed.scratch();
        for (PieceDigest digest = read(sink.clear()); digest != null; digest = read(sink.clear())) {
            digest.of(sink.flip());
        }
    }

    /** What the digest record says; data that were passed over are returned, to be checked later. */
    @Nullable
    DataCheck expect(int[] checksums) {
        expected = checksums.clone();
        return skipped ? new DataCheck(position, length, checksums) : null;
    }

    /** Whether nothing is missing to {@link #check} it: what it must be, and what it is. */
    boolean isComplete() {
        return expected != null && pieces.stream().allMatch(PieceDigest::isDone);
    }

    /** Waits until its data have been computed. */
    void await() {
        pieces.forEach(PieceDigest::await);
    }

    /** Compares; the hashes of all of it, if they are wanted. */
    byte[] check() throws BadImageException {
        ByteArrayOutputStream hashes = new ByteArrayOutputStream();
        int[] right = expected;
        for (int i = 0; i < pieces.size(); i++) {
            if (right != null && right[i] != pieces.get(i).checksum()) {
                long at = position + (long) i * Limits.PIECE;
                throw new BadImageException.Corrupt("page data differ from their checksum", at);
            }
            hashes.writeBytes(pieces.get(i).hash());
        }
        return hashes.toByteArray();
    }
}
