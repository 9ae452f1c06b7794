package dev.reprise.image.stream;

import dev.reprise.image.BadImageException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Follows the records of an image, and checks the signatures among them: where they stand, and, if one is wanted, what they are over. */
final class SignatureCheck {
    private final Signers signers;
    private final @Nullable Transcript transcript;
    private @Nullable Signature state;
    private @Nullable Signature whole;
    // The how manyeth record the last signature was.
    private long last;

    SignatureCheck(Signers signers) {
        this.signers = signers;
        transcript = signers.areAny() ? null : new Transcript();
    }

    /** Whether there must be one. */
    boolean areWanted() {
        return transcript != null;
    }

    /** The header's bytes, or the head of a record that follows from others. */
    void head(byte[] bytes) {
        if (transcript != null) {
            transcript.head(bytes, 0, bytes.length);
        }
    }

    /** A record with a content of its own. */
    void record(byte[] head, byte[] payload) {
        if (transcript != null) {
            transcript.head(head, 0, head.length);
            transcript.payload(payload);
        }
    }

    /** The hashes of data. */
    void data(byte[] hashes) {
        if (transcript != null) {
            transcript.data(hashes);
        }
    }

    /** A signature, which is the {@code number}th record. */
    void signature(byte[] head, byte[] payload, long position, long number) throws BadImageException {
        Signature found = Body.decode(() -> Signature.decode(payload), position);
        byte[] made =
                Frame.of(Frame.SIGNATURE, Frame.SKIPPABLE, 0, 0, payload, 0).encode();
        if (!Arrays.equals(head, made)
                || !Arrays.equals(payload, found.encode())
                || found.key().length != Ed25519.KEY
                || found.signature().length != Ed25519.SIGNATURE) {
            throw new BadImageException.Corrupt("a signature is not as a writer makes it", position);
        }
        Signature before = state;
        boolean isPlaced = switch (found.scope()) {
            case STATE -> before == null;
            case WHOLE -> before != null && Arrays.equals(before.key(), found.key());
        };
        if (!isPlaced) {
            throw new BadImageException.Corrupt("a signature is not where it belongs", position);
        }
        verify(found, position);
        switch (found.scope()) {
            case STATE -> state = found;
            case WHOLE -> whole = found;
        }
        last = number;
        record(head, payload);
    }

    private void verify(Signature found, long position) throws BadImageException {
        Transcript signed = transcript;
        if (signed == null) {
            return;
        }
        if (!signers.include(found.key())) {
            throw new BadImageException.Untrusted(
                    "it is signed by " + Ed25519.fingerprint(found.key()) + ", not by the key that was given",
                    position);
        }
        if (!Ed25519.verifies(found.key(), signed.message(found.scope()), found.signature())) {
            throw new BadImageException.Untrusted("it is not what was signed", position);
        }
    }

    /** Throws if nothing but the index may follow. */
    void requireMore(long position) throws BadImageException {
        if (whole != null) {
            throw new BadImageException.Corrupt("something follows the signature", position);
        }
    }

    /** Throws unless the {@code number}th record was the signature over the state, if one is wanted. */
    void requireState(long position, long number) throws BadImageException {
        if (areWanted() && (state == null || last != number)) {
            throw unsigned(position);
        }
    }

    /** Throws unless the {@code number}th record was the signature over everything, if there must be one. */
    void requireWhole(long position, long number) throws BadImageException {
        if (whole != null ? last == number : state == null && !areWanted()) {
            return;
        }
        throw areWanted() ? unsigned(position) : new BadImageException.Corrupt("a signature is missing", position);
    }

    private static BadImageException unsigned(long position) {
        return new BadImageException.Untrusted("it is not signed", position);
    }

    Optional<Signers.Signed> signed() {
        return Optional.ofNullable(whole)
                .map(found -> new Signers.Signed(Ed25519.fingerprint(found.key()), areWanted()));
    }
}
