package dev.reprise.engine;

import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.transport.Images;
import dev.reprise.engine.transport.ReadFailure;
import dev.reprise.engine.transport.StreamSource;
import dev.reprise.image.state.Image;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;

/**
 * An image as it was read: what is in it, and how large it is.
 *
 * @param content everything but the contents of memory
 * @param formatVersion the version of the image's format
 * @param imageBytes the whole image's size in bytes
 * @param signed who has signed it, if anybody has
 */
public record SavedImage(Image content, int formatVersion, long imageBytes, Optional<Signed> signed) {
    /**
     * A signature.
     *
     * @param fingerprint of the key: SHA-256 of its SubjectPublicKeyInfo, as {@code SHA256:} and Base64
     * @param isVerified whether it was wanted, and so is right; otherwise it is what the image says
     */
    public record Signed(String fingerprint, boolean isVerified) {}

    /**
     * Reads and verifies a whole image, which needs no privileges and works on any machine.
     *
     * @throws RestoreException when the image cannot be read (Io) or is bad (BadImage)
     */
    public static SavedImage read(ReadableByteChannel source, Opening opening) throws RestoreException {
        try (StreamSource image = Images.open(source, Host.ANY, opening)) {
            image.drain();
            Optional<Signed> signed = image.signed().map(by -> new Signed(by.fingerprint(), by.isVerified()));
            return new SavedImage(image.image(), image.formatVersion(), image.bytesRead(), signed);
        } catch (IOException e) {
            throw new RestoreException(ReadFailure.reason(e), e);
        }
    }
}
