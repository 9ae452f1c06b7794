package dev.reprise.image.stream;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Composes everything of an image but the page data, in the order of the stream, and knows where each byte goes. It does
 * no input or output: {@link #take} hands out what has been composed.
 *
 * <p>A digest's length is known before its content, so data of several records may be laid out ahead of their digests.
 */
public final class Composer {
    private byte[] pending = new byte[16 << 10];
    private int pendingLength;
    private long pendingPosition;
    // The heads of all records in order, for the digest of the whole; a digest record's is filled in late.
    private byte[] log = new byte[4 << 10];
    private int logLength;
    private int digestsMissing;
    private long records;
    private final Index index = new Index();
    private final Ed25519.@Nullable Signer signer;
    private final @Nullable Transcript transcript;

    /** Composes an image that nobody signs. */
    public Composer() {
        this(null);
    }

    /** Composes an image that is signed, unless {@code signer} is null. */
    public Composer(Ed25519.@Nullable Signer signer) {
        this.signer = signer;
        transcript = signer == null ? null : new Transcript();
    }

    /** Whether the hashes of data are wanted. */
    public boolean isSigned() {
        return signer != null;
    }

    /** The bytes composed since the last call, and their position in the image. */
    public record Piece(long position, ByteBuffer bytes) {}

    /** The position behind everything that is laid out. */
    public long position() {
        return pendingPosition + pendingLength;
    }

    /** The header; first of all. */
    public void header(Header header) {
        byte[] bytes = header.encode();
        append(bytes, bytes.length);
        logged(bytes, 0, bytes.length);
    }

    /** A record without data. */
    public void record(int type, int lane, int key, byte[] payload) {
        compose(type, 0, lane, key, payload, 0);
    }

    /** A record without data that a reader may leave out if it does not know the type. */
    public void skippable(int type, int lane, int key, byte[] payload) {
        compose(type, Frame.SKIPPABLE, lane, key, payload, 0);
    }

    /** A record with data and the room for its digest: {@link #take} what comes before the data, then go on. */
    public Span data(int type, int lane, int key, byte[] payload, long length) {
        if (length <= 0 || length > Limits.DATA || length % Alignment.PAGE != 0) {
            throw new IllegalArgumentException(length + " bytes of data");
        }
        compose(type, 0, lane, key, payload, length);
        int padding = (int) (Alignment.up(position(), Alignment.PAGE) - position());
        append(new byte[padding], padding);
        int slot = logLength;
        logged(new byte[Frame.BYTES], 0, Frame.BYTES);
        records++;
        digestsMissing++;
        long digest = position() + length;
        return new Span(lane, position(), length, digest, slot);
    }

    /** The digest record of a span, to be written at its place. */
    public ByteBuffer digest(Span span, int[] checksums) {
        if (checksums.length != Digest.pieces(span.length())) {
            throw new IllegalArgumentException(checksums.length + " checksums for " + span);
        }
        byte[] payload = Digest.encode(checksums);
        byte[] record = new byte[Frame.BYTES + payload.length];
        Frame.of(Frame.DIGEST, 0, span.lane(), 0, payload, 0).encode(record, 0);
        System.arraycopy(payload, 0, record, Frame.BYTES, payload.length);
        System.arraycopy(record, 0, log, span.log(), Frame.BYTES);
        digestsMissing--;
        return ByteBuffer.wrap(record);
    }

    /** The hashes of the next span's data, in the order of the spans; all of them before the end of a signed image. */
    public void hashes(byte[] hashes) {
        if (transcript != null) {
            transcript.data(hashes);
        }
    }

    /** Everything before the data has been composed. */
    public void endState() {
        sign(Signature.Scope.STATE);
    }

    private void sign(Signature.Scope scope) {
        if (signer != null && transcript != null) {
            transcript.heads(log, logLength);
            Signature signature = new Signature(scope, signer.key(), signer.sign(transcript.message(scope)));
            skippable(Frame.SIGNATURE, 0, 0, signature.encode());
        }
    }

    /** What was composed since the last call; afterwards the position jumps over {@code span} and its digest, if given. */
    public Piece take() {
        Piece piece = new Piece(pendingPosition, ByteBuffer.wrap(Arrays.copyOf(pending, pendingLength)));
        pendingPosition += pendingLength;
        pendingLength = 0;
        return piece;
    }

    /** Goes on behind a span and its digest record; everything before the span must have been taken. */
    public void skip(Span span) {
        if (pendingLength != 0 || pendingPosition != span.position()) {
            throw new IllegalStateException("at " + position() + ", not before " + span);
        }
        int payload = Digest.encode(new int[Digest.pieces(span.length())]).length;
        pendingPosition = span.digestPosition() + Frame.BYTES + payload;
    }

    /** The reason of a failure, as the last record. */
    public void failure(String reason) {
        record(Frame.FAILURE, 0, 0, Failure.encode(reason));
    }

    /** Index and trailer. */
    public void finish() {
        if (digestsMissing != 0) {
            throw new IllegalStateException(digestsMissing + " digests are missing");
        }
        sign(Signature.Scope.WHOLE);
        long at = position();
        record(Frame.INDEX, 0, 0, index.encode());
        WholeDigest digest = new WholeDigest();
        digest.update(log, 0, logLength);
        byte[] trailer = new Trailer(at, position() + Trailer.BYTES, records, digest.value()).encode();
        append(trailer, trailer.length);
    }

    private void compose(int type, int flags, int lane, int key, byte[] payload, long dataLength) {
        if (payload.length > Limits.PAYLOAD) {
            throw new IllegalArgumentException("a record of type " + type + " has " + payload.length + " bytes");
        }
        Frame frame = Frame.of(type, flags, lane, key, payload, dataLength);
        if (type != Frame.INDEX) {
            index.add(frame, position());
        }
        byte[] head = frame.encode();
        append(head, head.length);
        append(payload, payload.length);
        logged(head, 0, head.length);
        records++;
        if (transcript != null) {
            transcript.payload(payload);
        }
    }

    private void append(byte[] bytes, int length) {
        pending = room(pending, pendingLength, length);
        System.arraycopy(bytes, 0, pending, pendingLength, length);
        pendingLength += length;
    }

    private void logged(byte[] bytes, int offset, int length) {
        log = room(log, logLength, length);
        System.arraycopy(bytes, offset, log, logLength, length);
        logLength += length;
    }

    private static byte[] room(byte[] array, int used, int more) {
        int needed = Math.addExact(used, more);
        return needed <= array.length ? array : Arrays.copyOf(array, Math.max(needed, 2 * array.length));
    }
}
