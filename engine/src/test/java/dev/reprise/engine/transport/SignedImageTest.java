package dev.reprise.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.reprise.engine.model.Compression;
import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Secret;
import dev.reprise.image.BadImageException;
import dev.reprise.image.BadImageException.Corrupt;
import dev.reprise.image.BadImageException.Untrusted;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.SharedObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signed images: the same however they are written, read by everybody, and believed by those who want the signature only as they were signed. */
class SignedImageTest {
    private static final int PAGES = 20;
    private static final int MACHINE = 16;
    private static final int FOREST = 17;
    private static final int INDEX = 2;
    private static final KeyPair KEYS = keys();
    private static final KeyPair OTHERS = keys();

    @TempDir
    Path directory;

    private static KeyPair keys() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Test
    void aFileAndAStreamAreTheSameAndSayTheSame() throws IOException {
        Golden.Content content = Golden.read(Golden.bytes());
        byte[] stream = stream(content, KEYS);
        assertThat(Files.readAllBytes(file(content, KEYS))).isEqualTo(stream);
        assertThat(Golden.read(stream)).isEqualTo(content);
        assertThat(read(stream, KEYS)).isEqualTo(content);
        assertThat(read(stream, OTHERS, KEYS)).isEqualTo(content);
        Path file = Files.write(directory.resolve("signed"), stream);
        assertThat(Golden.read(file)).isEqualTo(content);
        try (PageSource source = Images.open(file, Host.ANY, opening(KEYS))) {
            // what was verified of it is what is loaded
            assertThat(source).isInstanceOf(PageSource.Streamed.class);
            assertThat(Golden.read((PageSource.Streamed) source)).isEqualTo(content);
        }
    }

    @Test
    void theSignatureSurvivesFilters() throws IOException {
        Golden.Content content = Golden.read(Golden.bytes());
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (var packing = Images.filtering(Channels.newChannel(packed), new Filters(Compression.ZSTD))) {
            packing.write(ByteBuffer.wrap(stream(content, KEYS)));
        }
        assertThat(read(packed.toByteArray(), KEYS)).isEqualTo(content);
    }

    @Test
    void noneAndSomebodyElsesAreNotTaken() throws IOException {
        assertThatThrownBy(() -> read(Golden.bytes(), KEYS))
                .isInstanceOf(Untrusted.class)
                .hasMessageContaining("it is not signed");
        byte[] theirs = stream(Golden.read(Golden.bytes()), OTHERS);
        assertThatThrownBy(() -> read(theirs, KEYS))
                .isInstanceOf(Untrusted.class)
                .hasMessageContaining("it is signed by SHA256:");
    }

    @Test
    void anyByteFlippedIsNoticed() throws IOException {
        byte[] image = stream(Golden.read(Golden.bytes()), KEYS);
        for (int i = 0; i < image.length; i += i % 4096 < 64 || i > image.length - 3000 ? 1 : 211) {
            int bit = 1 << i % 8;
            image[i] ^= (byte) bit;
            assertThat(catchThrowable(() -> read(image, KEYS)))
                    .as("flipped at %d", i)
                    .isInstanceOf(BadImageException.class);
            image[i] ^= (byte) bit;
        }
        assertThat(read(image, KEYS)).isNotNull();
    }

    /** Every byte but those of the checksums themselves, all of which are put right again. */
    @Test
    void anyByteChangedOnPurposeIsNoticed() throws IOException {
        byte[] good = stream(Golden.read(Golden.bytes()), KEYS);
        for (int i = 24; i < good.length; i += i % 4096 < 64 || i > good.length - 3000 ? 1 : 211) {
            byte[] image = good.clone();
            image[i] ^= (byte) (1 << i % 8);
            try {
                Forgery.mend(image);
            } catch (RuntimeException unparsable) {
                continue; // a length was changed
            }
            if (!Arrays.equals(image, good)) {
                assertThat(catchThrowable(() -> read(image, KEYS)))
                        .as("changed at %d", i)
                        .isInstanceOf(BadImageException.class);
            }
        }
    }

    @Test
    void aChangedPageIsNotWhatWasSigned() throws IOException {
        byte[] image = stream(Golden.read(Golden.bytes()), KEYS);
        int at = (Forgery.find(image, PAGES) + 4096) / 4096 * 4096 + 100;
        image[at] ^= 1;
        Forgery.mend(image);
        assertThat(Golden.read(image))
                .as("to who wants no signature it is good")
                .isNotNull();
        assertThatThrownBy(() -> read(image, KEYS))
                .isInstanceOf(Untrusted.class)
                .hasMessageContaining("not what was signed");
    }

    /** Nothing is opened, created or asked of the machine on the word of a state that nobody has signed. */
    @Test
    void aChangedStateIsNeverGivenOut() throws IOException {
        byte[] image = stream(Golden.read(Golden.bytes()), KEYS);
        int machine = Forgery.find(image, MACHINE);
        String text = new String(image, java.nio.charset.StandardCharsets.ISO_8859_1);
        int end = Forgery.find(image, FOREST);
        int boot = text.lastIndexOf('-', end) + 1; // in the boot id, which is any text
        assertThat(boot).isBetween(machine, end);
        image[boot] = (byte) (image[boot] == '0' ? '1' : '0');
        Forgery.mend(image);
        assertThat(Golden.read(image)).isNotNull();
        assertThatThrownBy(() ->
                        Images.open(Channels.newChannel(new ByteArrayInputStream(image)), Host.ANY, opening(KEYS)))
                .isInstanceOf(Untrusted.class);
    }

    @Test
    void whoSignsHimselfUnderAnothersNameIsFound() throws IOException {
        byte[] image = stream(Golden.read(Golden.bytes()), OTHERS);
        byte[] from = key(OTHERS).toArray();
        byte[] to = key(KEYS).toArray();
        for (int at = 0; at <= image.length - from.length; at++) {
            if (Arrays.equals(image, at, at + from.length, from, 0, from.length)) {
                System.arraycopy(to, 0, image, at, to.length);
            }
        }
        Forgery.mend(image);
        assertThatThrownBy(() -> read(image, KEYS)).isInstanceOf(Untrusted.class);
    }

    @Test
    void whatFollowsTheSignatureHasOneFormOnly() throws IOException {
        byte[] good = stream(Golden.read(Golden.bytes()), KEYS);
        byte[] image = good.clone();
        image[image.length - 10] = 1; // of the trailer's zeros
        Forgery.mend(image);
        assertThat(catchThrowable(() -> read(image, KEYS))).isInstanceOf(Corrupt.class);
        byte[] flagged = good.clone();
        flagged[Forgery.find(flagged, INDEX) + 2] = 1;
        Forgery.mend(flagged);
        assertThat(catchThrowable(() -> read(flagged, KEYS))).isInstanceOf(Corrupt.class);
        assertThat(read(good, KEYS)).isNotNull();
    }

    private static Bytes key(KeyPair keys) {
        byte[] encoded = keys.getPublic().getEncoded();
        return Bytes.of(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    }

    private static Opening opening(KeyPair... keys) {
        return new Opening(
                List.of(),
                List.of(),
                Arrays.stream(keys).map(SignedImageTest::key).toList());
    }

    private static Golden.Content read(byte[] image, KeyPair... keys) throws IOException {
        try (PageSource.Streamed source =
                Images.openWhole(Channels.newChannel(new ByteArrayInputStream(image)), Host.ANY, opening(keys))) {
            return Golden.read(source);
        }
    }

    private static Optional<Secret> signer(KeyPair keys) {
        return Optional.of(new Secret(keys.getPrivate().getEncoded()));
    }

    private static byte[] stream(Golden.Content content, KeyPair keys) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer pages = ByteBuffer.wrap(content.pages().toArray());
        try (PageSink.Streamed sink = Images.createOwning(Channels.newChannel(out), Filters.NONE, signer(keys))) {
            sink.state(content.image());
            for (SharedObject object : content.image().objects()) {
                List<PageRun> runs = runs(object);
                if (!runs.isEmpty()) {
                    int bytes = (int) new PageBatch(object.id(), runs, 0).bytes();
                    sink.prepare(object.id(), runs, pages.slice(pages.position(), bytes))
                            .write(0);
                    pages.position(pages.position() + bytes);
                }
            }
            sink.finish();
        }
        return out.toByteArray();
    }

    private Path file(Golden.Content content, KeyPair keys) throws IOException {
        Path target = directory.resolve("image");
        ByteBuffer pages = ByteBuffer.wrap(content.pages().toArray());
        try (PageSink.InPlace sink =
                (PageSink.InPlace) Images.create(target, false, Filters.NONE, signer(keys), Witness.NONE)) {
            sink.state(content.image());
            for (SharedObject object : content.image().objects()) {
                List<PageRun> runs = runs(object);
                if (!runs.isEmpty()) {
                    PageBatch batch = sink.place(object.id(), runs);
                    sink.fill(batch, 0, pages.slice(pages.position(), (int) batch.bytes()));
                    pages.position(pages.position() + (int) batch.bytes());
                    sink.done(batch);
                }
            }
            sink.finish();
        }
        return target;
    }

    private static List<PageRun> runs(SharedObject object) {
        return switch (object) {
            case AddressSpace space -> space.runs();
            case MemoryObject memory -> memory.runs();
            default -> List.of();
        };
    }
}
