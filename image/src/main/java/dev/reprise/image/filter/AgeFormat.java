package dev.reprise.image.filter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;

/**
 * Reads an age file. Nothing in it tells which chunk is the last one before that is decrypted, and the length of a short one nobody but
 * the end of the stream: so that is waited for.
 */
final class AgeFormat implements Expanding.Format {
    private final Intake intake;
    private final byte[] key;
    private long pieces;
    private boolean isOver;
    private boolean isMoreSure;

    /** Reads what comes before the contents. */
    AgeFormat(Intake intake, Identities identities) throws IOException {
        this.intake = intake;
        AgeHeader header = AgeHeader.read(intake);
        byte[] fileKey = identities.fileKey(header, intake.position());
        byte[] nonce = new byte[AgeKeys.PAYLOAD_NONCE];
        intake.read(nonce, 0, nonce.length);
        try {
            key = AgeKeys.payloadKey(fileKey, nonce);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
        if (intake.isAtEnd()) {
            throw intake.truncated(); // even of nothing there is a chunk
        }
    }

    @Override
    public boolean next(Slot slot) throws IOException {
        if (isOver) {
            return false;
        }
        byte[] in = slot.in(AgeChunks.SEALED_PIECE);
        int length = 0;
        while (length < AgeChunks.SEALED_PIECE && !intake.isAtEnd()) {
            length += intake.readSome(in, length, AgeChunks.SEALED_PIECE - length);
        }
        isOver = intake.isAtEnd();
        isMoreSure = !isOver;
        slot.inLength(length);
        slot.number(pieces++);
        slot.last(isOver);
        slot.position(intake.position());
        return true;
    }

    @Override
    public boolean isMoreSure() {
        return isMoreSure;
    }

    @Override
    public int sequential(ByteBuffer into) {
        return -1;
    }

    @Override
    public void passed(byte[] bytes, int offset, int length) {
        // Each chunk is authenticated where it is decrypted.
    }

    @Override
    public Crew.Work work() {
        return new AgeChunks(key)::open;
    }
}
