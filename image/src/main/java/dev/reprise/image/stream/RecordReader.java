package dev.reprise.image.stream;

import dev.reprise.image.BadImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads an image record by record and checks every byte on the way; the end is there when the trailer was right. */
public final class RecordReader {
    private final Feed feed;
    private final WholeDigest digest = new WholeDigest();
    private final Index index = new Index();
    private final Map<Integer, DataReader> withoutDigest = new HashMap<>();
    private final List<DataCheck> unchecked = new ArrayList<>();
    private final SignatureCheck signatures;
    // In the order of the stream: those whose data are not yet known to be right.
    private final Deque<DataReader> unsettled = new ArrayDeque<>();
    private @Nullable DataReader data;
    private boolean hasSeenData;
    private long records;
    private long state;

    /** {@code signers}: whose signature the image must have. */
    public RecordReader(Feed feed, Signers signers) {
        this.feed = feed;
        signatures = new SignatureCheck(signers);
    }

    /** Reads the header, and answers if the body cannot be read. */
    public Header header(int oldest, int newest) throws IOException {
        byte[] bytes = new byte[Header.BYTES];
        Header header = Header.decode(bytes, feed.readSome(bytes));
        header.requireReadable(oldest, newest);
        digest.update(bytes, 0, bytes.length);
        signatures.head(bytes);
        return header;
    }

    /**
     * The next record that is not the framing's own, or null after the trailer. Data not yet read are passed over. Waits for the
     * {@linkplain PieceDigest digests} of all data that were read where something may depend on them: before a signature, at the end,
     * and before any other answer about what comes behind them.
     */
    public @Nullable Received next() throws IOException {
        try {
            return nextRecord();
        } catch (BadImageException bad) {
            awaitAll();
            throw bad;
        }
    }

    private @Nullable Received nextRecord() throws IOException {
        if (data != null) {
            data.pass();
            data = null;
        }
        while (true) {
            settle();
            long position = feed.position();
            byte[] head = feed.bytes(Frame.BYTES);
            Frame frame = Frame.decode(head, position);
            byte[] payload = payload(frame, position);
            if (++records > Limits.RECORDS) {
                throw new BadImageException.Corrupt("more records than any image has", position);
            }
            if (frame.type() != Frame.INDEX) {
                digest.update(head, 0, head.length);
            }
            if (frame.type() != Frame.INDEX) {
                signatures.requireMore(position);
            }
            switch (frame.type()) {
                case Frame.DIGEST -> {
                    digest(frame, payload, position);
                    signatures.head(head);
                }
                case Frame.INDEX -> {
                    digest.update(head, 0, head.length);
                    end(head, payload, position);
                    return null;
                }
                case Frame.FAILURE -> throw failure(payload, position);
                case Frame.SIGNATURE -> {
                    awaitAll();
                    index.add(frame, position);
                    signatures.signature(head, payload, position, records);
                }
                default -> {
                    index.add(frame, position);
                    signatures.record(head, payload);
                    return received(frame, payload, position);
                }
            }
        }
    }

    /**
     * Reads the next piece of the record's data, a MiB or what is left, which {@code into} has room for; null when there are no more. The
     * caller has its digest computed.
     */
    public @Nullable PieceDigest read(ByteBuffer into) throws IOException {
        try {
            return data == null ? null : data.read(into);
        } catch (BadImageException bad) {
            awaitAll();
            throw bad;
        }
    }

    private void settle() throws BadImageException {
        for (DataReader first = unsettled.peek(); first != null && first.isComplete(); first = unsettled.peek()) {
            unsettled.remove();
            signatures.data(first.check());
        }
    }

    // What has no digest yet is compared with nothing; but it is waited for: its memory is somebody's.
    private void awaitAll() throws BadImageException {
        for (DataReader first = unsettled.poll(); first != null; first = unsettled.poll()) {
            first.await();
            signatures.data(first.check());
        }
    }

    /** The data that were passed over in a file, and have to be checked there, in the order of the stream. */
    public List<DataCheck> unchecked() {
        return List.copyOf(unchecked);
    }

    private Received received(Frame frame, byte[] payload, long position) throws IOException {
        if (frame.dataLength() == 0) {
            return new Received(frame, payload, position, 0);
        }
        int padding = (int) (Alignment.up(feed.position(), Alignment.PAGE) - feed.position());
        for (byte b : feed.bytes(padding)) {
            if (b != 0) {
                throw new BadImageException.Corrupt("the padding before page data is not zero", position);
            }
        }
        data = new DataReader(feed, frame.dataLength(), signatures.areWanted());
        unsettled.add(data);
        hasSeenData = true;
        if (withoutDigest.put(frame.lane(), data) != null) {
            throw new BadImageException.Corrupt("page data without a digest", position);
        }
        return new Received(frame, payload, position, feed.position());
    }

    private byte[] payload(Frame frame, long position) throws IOException {
        byte[] payload = feed.bytes(frame.payloadLength());
        if (Checksum.of(payload, 0, payload.length) != frame.payloadChecksum()) {
            throw new BadImageException.Corrupt("a record differs from its checksum", position);
        }
        state += payload.length;
        if (!hasSeenData && state > Limits.STATE) {
            throw new BadImageException.Corrupt("more state than any image has", position);
        }
        return payload;
    }

    private void digest(Frame frame, byte[] payload, long position) throws IOException {
        DataReader finished = withoutDigest.remove(frame.lane());
        int[] checksums = Body.decode(() -> Digest.decode(payload), position);
        if (finished == null || checksums.length != Digest.pieces(finished.length())) {
            throw new BadImageException.Corrupt("a digest belongs to no page data", position);
        }
        byte[] expected = Digest.encode(checksums);
        requireMade(frame, Frame.of(Frame.DIGEST, 0, frame.lane(), 0, expected, 0), payload, expected, position);
        DataCheck unseen = finished.expect(checksums);
        if (unseen != null) {
            unchecked.add(unseen);
        }
    }

    private static BadImageException failure(byte[] payload, long position) throws BadImageException {
        String reason = Body.decode(() -> Failure.decode(payload), position);
        String oneLine = reason.substring(0, Math.min(reason.length(), 500)).replaceAll("\\p{Cntrl}", " ");
        return new BadImageException.Truncated("the checkpoint failed: " + oneLine, position);
    }

    // What follows from all before has one form only: a signature covers it, too.
    private static void requireMade(Frame found, Frame made, byte[] payload, byte[] expected, long position)
            throws BadImageException {
        if (!found.equals(made) || !Arrays.equals(payload, expected)) {
            throw new BadImageException.Corrupt("a record is not as a writer makes it", position);
        }
    }

    /** Throws unless the record before the last one is the right signature over all that stood before it, if one is wanted. */
    public void requireSignedState(long position) throws BadImageException {
        signatures.requireState(position, records - 1);
    }

    /** Who has signed the image, when its end has been read. */
    public Optional<Signers.Signed> signed() {
        return signatures.signed();
    }

    private void end(byte[] head, byte[] payload, long position) throws IOException {
        if (!withoutDigest.isEmpty()) {
            throw new BadImageException.Corrupt("page data without a digest", position);
        }
        awaitAll();
        if (!Arrays.equals(payload, index.encode())) {
            throw new BadImageException.Corrupt("the index is wrong", position);
        }
        requireMade(
                Frame.decode(head, position), Frame.of(Frame.INDEX, 0, 0, 0, payload, 0), payload, payload, position);
        signatures.requireWhole(position, records - 1);
        long at = feed.position();
        byte[] trailer = feed.bytes(Trailer.BYTES);
        Trailer found = Trailer.decode(trailer, at);
        if (found.index() != position
                || found.length() != at + Trailer.BYTES
                || found.records() != records
                || found.digest() != digest.value()
                || !Arrays.equals(found.encode(), trailer)) {
            throw new BadImageException.Corrupt("the image is not as its trailer says", at);
        }
        feed.requireEnd();
    }
}
