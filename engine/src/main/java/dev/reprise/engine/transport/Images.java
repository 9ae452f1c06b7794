package dev.reprise.engine.transport;

import dev.reprise.engine.model.Encryption;
import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Secret;
import dev.reprise.image.BadImageException;
import dev.reprise.image.filter.Envelope;
import dev.reprise.image.filter.Identities;
import dev.reprise.image.filter.Recipients;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.stream.Signers;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Randomness;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Opens images, to write and to read, in the way that their place allows. */
public final class Images {
    /** The permissions of an image: nobody else may read it. */
    static final String OWN = "rw-------";

    // More may come in parts (man 2 getrandom).
    private static final int RANDOM_AT_ONCE = 256;

    private Images() {}

    /**
     * A sink for a path: in place where that is a regular file or nothing yet, streamed into a fifo or device, or through filters.
     * {@code signer}, if there is one, signs the image; {@code witness} sees the file of one.
     */
    public static PageSink create(Path target, boolean sync, Filters filters, Optional<Secret> signer, Witness witness)
            throws IOException {
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            return StreamImage.owning(FileChannel.open(target, StandardOpenOption.WRITE), filters, signer);
        }
        return filters.areNone() && !filters.unrepeated()
                ? FileImage.create(target, sync, signer, witness)
                : FilteredFile.create(target, sync, filters, signer, witness);
    }

    /** A sink for a channel, which the caller closes. */
    public static PageSink.Streamed create(WritableByteChannel channel) throws IOException {
        return StreamImage.into(channel);
    }

    /** A sink for a channel, which is closed as soon as the image is complete. */
    public static PageSink.Streamed createOwning(WritableByteChannel channel, Filters filters, Optional<Secret> signer)
            throws IOException {
        return StreamImage.owning(channel, filters, signer);
    }

    /**
     * A source for a path: in place where that is a regular file with nothing around the image, else streamed; so is an image that must be
     * signed: what is loaded of a file may be something else than what was verified of it.
     */
    public static PageSource open(Path path, Host host, Opening opening) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            if (!Files.isRegularFile(path)) {
                return StreamSource.of(file, false, host, opening);
            }
            if (envelope(file) != Envelope.NONE || opening.mustBeSigned()) {
                return StreamSource.of(file, true, host, opening);
            }
            FileSource source = new FileSource(path, file, host);
            return source.image().twins().isEmpty() ? source : TwinSource.of(source);
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    /** A channel whose bytes go through filters into {@code target}; closing it completes and closes that. */
    public static WritableByteChannel filtering(WritableByteChannel target, Filters filters) throws IOException {
        WritableByteChannel encrypting = encrypting(target, filters);
        try {
            return switch (filters.compression()) {
                case NONE -> encrypting;
                case LZ4 -> Envelope.LZ4.into(encrypting, filters.lanes());
                case ZSTD -> Envelope.ZSTD.into(encrypting, filters.lanes());
            };
        } catch (Throwable e) {
            encrypting.close();
            throw e;
        }
    }

    private static WritableByteChannel encrypting(WritableByteChannel target, Filters filters) throws IOException {
        return switch (filters.encryption()) {
            case Encryption.None _ -> target;
            case Encryption.ToKeys(List<String> keys) ->
                Envelope.encrypting(target, Recipients.ofKeys(keys), Images::random, filters.lanes());
            case Encryption.WithPassphrase(Secret passphrase) ->
                Envelope.encrypting(
                        target, Recipients.ofPassphrase(passphrase.bytes()), Images::random, filters.lanes());
        };
    }

    /** Random bytes of the kernel's, as many as anybody wants. */
    static byte[] random(int count) throws IOException {
        byte[] bytes = new byte[count];
        try {
            for (int done = 0; done < count; done += RANDOM_AT_ONCE) {
                int length = Math.min(RANDOM_AT_ONCE, count - done);
                System.arraycopy(Randomness.bytes(length), 0, bytes, done, length);
            }
            return bytes;
        } catch (KernelException failure) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    /** A channel of what is left of {@code source}'s bytes when all filters are undone; closing it closes that. */
    public static ReadableByteChannel unfiltering(ReadableByteChannel source, Opening opening) throws IOException {
        return Envelope.open(source, identities(opening), opening.lanes());
    }

    static Signers signers(Opening opening) {
        return opening.mustBeSigned()
                ? Signers.of(opening.signers().stream().map(Bytes::toArray).toList())
                : Signers.ANY;
    }

    private static Identities identities(Opening opening) {
        return opening.identities().isEmpty() && opening.passphrases().isEmpty()
                ? Identities.NONE
                : Identities.of(
                        opening.identities().stream()
                                .map(identity -> new String(identity.bytes(), StandardCharsets.US_ASCII))
                                .toList(),
                        opening.passphrases().stream().map(Secret::bytes).toList());
    }

    /** The bytes of an image file, and where processes hold memory of it those of the image that has all, whatever its path is called. */
    public static ReadableByteChannel bytes(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            FileSource source =
                    Files.isRegularFile(path) && envelope(file) == Envelope.NONE ? sourceOf(path, file) : null;
            if (source != null && !source.image().twins().isEmpty()) {
                return new TwinChannel(TwinSource.of(source));
            }
            if (source != null) {
                file.position(0);
            }
            return file;
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    // Null where it is none: that is for its reader to say.
    private static @Nullable FileSource sourceOf(Path path, FileChannel file) throws IOException {
        try {
            return new FileSource(path, file, Host.ANY);
        } catch (BadImageException none) {
            file.position(0);
            return null;
        }
    }

    /** The same, streamed in any case. */
    public static PageSource openStreamed(Path path, Host host, Opening opening) throws IOException {
        if (Files.isRegularFile(path)) {
            PageSource source = open(path, host, opening);
            if (source instanceof PageSource.Streamed) {
                return source;
            }
            source.close();
        }
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return StreamSource.of(file, Files.isRegularFile(path), host, opening);
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    /** Whether there is something around an image. */
    static boolean isPacked(FileChannel file) throws IOException {
        return envelope(file) != Envelope.NONE;
    }

    private static Envelope envelope(FileChannel file) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(Envelope.BYTES);
        file.read(first, 0);
        return Envelope.of(first.flip());
    }

    /** A source for a channel, from where it stands; the caller closes it. */
    public static StreamSource open(ReadableByteChannel channel, Host host, Opening opening) throws IOException {
        return StreamSource.of(new Unclosed(channel), false, host, opening);
    }

    /** The same for a channel that has nothing else. */
    public static StreamSource openWhole(ReadableByteChannel channel, Host host, Opening opening) throws IOException {
        return StreamSource.of(new Unclosed(channel), true, host, opening);
    }
}
