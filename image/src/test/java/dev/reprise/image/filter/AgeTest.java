package dev.reprise.image.filter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.reprise.image.BadImageException.Corrupt;
import dev.reprise.image.BadImageException.Locked;
import dev.reprise.image.BadImageException.TooNew;
import dev.reprise.image.BadImageException.Truncated;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** age files of ours: for whom, of any length, and what happens to them on their way. What the program age makes and reads is in acceptance. */
class AgeTest {
    private static final int CHUNK = AgeChunks.CHUNK;
    private static final int PIECE = Packing.PIECE;
    private static final String KEY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    private static final String RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
    // Another pair, of which nobody has the secret.
    private static final String OTHER = "age12uuqfnazfqfx4gf65mmfnp9lv5st5xlmxpljvdxz2cku36dhrpfsuasyh8";

    private static final AtomicLong SEEDS = new AtomicLong(1);

    @ParameterizedTest
    @ValueSource(
            ints = {
                0,
                1,
                3,
                CHUNK - 1,
                CHUNK,
                CHUNK + 1,
                2 * CHUNK,
                PIECE - 1,
                PIECE,
                PIECE + 1,
                3 * PIECE,
                9 * PIECE + 7
            })
    void whatGoesInComesOut(int length) throws IOException {
        byte[] plain = EnvelopeTest.content(new Random(length), length);
        byte[] sealed = sealed(plain, Recipients.ofKeys(List.of(OTHER, RECIPIENT)));
        assertThat(opened(sealed, identity())).isEqualTo(plain);
        int chunks = Math.max(1, (length + CHUNK - 1) / CHUNK);
        int header = new String(sealed, ISO_8859_1).indexOf("\n--- ") + 5 + 43 + 1;
        assertThat(sealed).hasSize(header + AgeKeys.PAYLOAD_NONCE + length + chunks * AgeKeys.TAG);
    }

    @Test
    void keysAreThoseOfThePublishedTests() throws GeneralSecurityException {
        byte[] identity = AgeX25519.identity(KEY);
        assertThat(identity).containsOnly(0x42).hasSize(32);
        assertThat(X25519.publicKey(identity)).isEqualTo(AgeX25519.recipient(RECIPIENT));
        // RFC 7748, section 5.2
        assertThat(hex(X25519.shared(
                        HexFormat.of().parseHex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                        HexFormat.of().parseHex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"))))
                .isEqualTo("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
        // RFC 7914, section 12: the first half of its 64 bytes
        assertThat(hex(Scrypt.key("pleaseletmein".getBytes(UTF_8), "SodiumChloride".getBytes(UTF_8), 14)))
                .isEqualTo("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void aPassphraseOpensWhatItHasClosed() throws IOException {
        byte[] plain = EnvelopeTest.content(new Random(1), 100_000);
        byte[] sealed = sealed(plain, Recipients.ofPassphrase("correct horse".getBytes(UTF_8)));
        assertThat(new String(sealed, ISO_8859_1)).startsWith("age-encryption.org/v1\n-> scrypt ");
        assertThat(opened(sealed, passphrases("battery", "correct horse"))).isEqualTo(plain);
        assertThatThrownBy(() -> opened(sealed, passphrases("battery", "staple")))
                .isInstanceOf(Locked.class)
                .hasMessageContaining("the passphrase is wrong");
        assertThatThrownBy(() -> opened(sealed, identity()))
                .isInstanceOf(Locked.class)
                .hasMessageContaining("encrypted with a passphrase");
    }

    @Test
    void whoIsNoReaderHearsThat() throws IOException {
        byte[] sealed = sealed(new byte[100], Recipients.ofKeys(List.of(OTHER)));
        assertThatThrownBy(() -> opened(sealed, identity()))
                .isInstanceOf(Locked.class)
                .hasMessageContaining("no identity that was given");
        assertThatThrownBy(() -> opened(sealed, Identities.NONE))
                .isInstanceOf(Locked.class)
                .hasMessageContaining("--identity FILE");
    }

    /** Cut anywhere, it is never taken for a shorter one. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1000, CHUNK, 2 * CHUNK + 5, PIECE + CHUNK})
    void whatIsCutIsTruncated(int length) throws IOException {
        byte[] sealed = sealed(EnvelopeTest.content(new Random(2), length), Recipients.ofKeys(List.of(RECIPIENT)));
        int body = sealed.length - length;
        for (int cut = 1; cut < sealed.length; cut += cut < body || sealed.length - cut < 40 ? 1 : 977) {
            byte[] part = Arrays.copyOf(sealed, cut);
            assertThat(catchThrowable(() -> opened(part, identity())))
                    .as("cut at %d", cut)
                    .isInstanceOf(Truncated.class);
        }
        for (int chunk = CHUNK + AgeKeys.TAG; chunk < length; chunk += CHUNK + AgeKeys.TAG) {
            int end = sealed.length - length - (length + CHUNK - 1) / CHUNK * AgeKeys.TAG + chunk;
            byte[] part = Arrays.copyOf(sealed, end);
            assertThat(catchThrowable(() -> opened(part, identity()))).isInstanceOf(Truncated.class);
        }
    }

    @Test
    void anyFlippedBitIsNoticed() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] plain = EnvelopeTest.content(random, PIECE + 3 * CHUNK + 100);
        byte[] sealed = sealed(plain, Recipients.ofKeys(List.of(RECIPIENT)));
        int header = new String(sealed, ISO_8859_1).indexOf("\n--- ") + 60;
        for (int i = 0; i < header + 100; i++) {
            int at = i < header ? i : random.nextInt(sealed.length);
            int bit = 1 << random.nextInt(8);
            sealed[at] ^= (byte) bit;
            Throwable bad = catchThrowable(() -> opened(sealed, identity()));
            if (at == 0) {
                assertThat(bad).as("no envelope any more").isNull();
            } else if (at < 19 && bad == null) {
                assertThat(new String(sealed, 0, 19, ISO_8859_1)).isNotEqualTo("age-encryption.org/");
            } else {
                assertThat(bad)
                        .as("bit %d at %d, seed %d", bit, at, seed)
                        .isInstanceOfAny(Corrupt.class, Truncated.class, Locked.class, TooNew.class);
            }
            sealed[at] ^= (byte) bit;
        }
        assertThat(opened(sealed, identity())).isEqualTo(plain);
    }

    @Test
    void chunksKeepTheirPlacesAndNothingFollows() throws IOException {
        byte[] sealed = sealed(EnvelopeTest.content(new Random(3), 4 * CHUNK), Recipients.ofKeys(List.of(RECIPIENT)));
        int first = sealed.length - 4 * AgeChunks.SEALED;
        byte[] swapped = sealed.clone();
        System.arraycopy(sealed, first, swapped, first + AgeChunks.SEALED, AgeChunks.SEALED);
        System.arraycopy(sealed, first + AgeChunks.SEALED, swapped, first, AgeChunks.SEALED);
        assertThat(catchThrowable(() -> opened(swapped, identity()))).isInstanceOf(Corrupt.class);
        byte[] longer = Arrays.copyOf(sealed, sealed.length + AgeChunks.SEALED);
        System.arraycopy(sealed, first, longer, sealed.length, AgeChunks.SEALED);
        assertThat(catchThrowable(() -> opened(longer, identity()))).isInstanceOf(Corrupt.class);
    }

    @Test
    void otherWaysToTheKeyAreLeftOut() throws Exception {
        byte[] fileKey = new byte[AgeKeys.FILE_KEY];
        List<AgeStanza> ways = List.of(
                new AgeStanza(List.of("cBF-grease", "=", "x"), new byte[48]),
                new AgeStanza(List.of("ssh-ed25519", "AAAA", "BBBB"), new byte[0]),
                AgeX25519.wrap(AgeX25519.recipient(RECIPIENT), fileKey, random(32)));
        byte[] header = AgeHeader.encode(ways, fileKey);
        AgeHeader read = AgeHeader.read(intake(header));
        assertThat(identity().fileKey(read, 0)).isEqualTo(fileKey);
        byte[] forged = new String(header, ISO_8859_1)
                .replace("grease = x", "grease = y")
                .getBytes(ISO_8859_1);
        assertThatThrownBy(() -> identity().fileKey(AgeHeader.read(intake(forged)), 0))
                .isInstanceOf(Corrupt.class)
                .hasMessageContaining("has been changed");
    }

    @Test
    void aPassphraseIsTheOnlyWay() throws Exception {
        byte[] fileKey = new byte[AgeKeys.FILE_KEY];
        List<AgeStanza> ways = List.of(
                new AgeStanza(List.of("scrypt", AgeStanza.encode(new byte[16]), "1"), new byte[32]),
                AgeX25519.wrap(AgeX25519.recipient(RECIPIENT), fileKey, random(32)));
        AgeHeader read = AgeHeader.read(intake(AgeHeader.encode(ways, fileKey)));
        assertThatThrownBy(() -> identity().fileKey(read, 0)).isInstanceOf(Corrupt.class);
    }

    @Test
    void aPassphraseMayNotTakeAllMemory() throws Exception {
        AgeStanza greedy = new AgeStanza(List.of("scrypt", AgeStanza.encode(new byte[16]), "40"), new byte[32]);
        AgeHeader read = AgeHeader.read(intake(AgeHeader.encode(List.of(greedy), new byte[16])));
        assertThatThrownBy(() -> passphrases("any").fileKey(read, 0)).isInstanceOf(TooNew.class);
    }

    /** Points of which everybody knows what they have in common with any key. */
    @Test
    void weakPointsAreRefused() throws Exception {
        AgeStanza weak = new AgeStanza(List.of("X25519", AgeStanza.encode(new byte[32])), new byte[32]);
        AgeHeader read = AgeHeader.read(intake(AgeHeader.encode(List.of(weak), new byte[16])));
        assertThatThrownBy(() -> identity().fileKey(read, 0)).isInstanceOf(Corrupt.class);
    }

    @Test
    void armorAndOtherVersionsAreToldByName() {
        assertThatThrownBy(() -> opened("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n".getBytes(UTF_8), identity()))
                .isInstanceOf(TooNew.class)
                .hasMessageContaining("armored");
        assertThatThrownBy(() -> opened("age-encryption.org/v2\n-> X\n".getBytes(UTF_8), identity()))
                .isInstanceOf(TooNew.class)
                .hasMessageContaining("another version");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwk",
                "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73eQunujwj",
                "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73",
                "age1",
                "",
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBZ",
                KEY
            })
    void whatIsNoRecipientIsNotTakenForOne(String text) {
        assertThatThrownBy(() -> Recipients.ofKeys(List.of(text)))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("zvkyg")
                .doesNotContain("GFPYY");
        assertThatThrownBy(() -> Identities.of(List.of(RECIPIENT), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Identities identity() {
        return Identities.of(List.of(KEY), List.of());
    }

    private static Identities passphrases(String... passphrases) {
        return Identities.of(
                List.of(),
                Arrays.stream(passphrases).map(each -> each.getBytes(UTF_8)).toList());
    }

    private static Intake intake(byte[] bytes) {
        return new Intake(Channels.newChannel(new ByteArrayInputStream(bytes)));
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new Random(SEEDS.getAndIncrement()).nextBytes(bytes);
        return bytes;
    }

    private static byte[] sealed(byte[] plain, Recipients recipients) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Random random = new Random(plain.length);
        try (WritableByteChannel sealing =
                Envelope.encrypting(Channels.newChannel(out), recipients, AgeTest::random, 3)) {
            for (int at = 0; at < plain.length; ) {
                int n = Math.min(plain.length - at, 1 + random.nextInt(3 * PIECE / 2));
                sealing.write(ByteBuffer.wrap(plain, at, n));
                at += n;
            }
        }
        return out.toByteArray();
    }

    private static byte[] opened(byte[] sealed, Identities identities) throws IOException {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        try (ReadableByteChannel opened =
                Envelope.open(Channels.newChannel(new ByteArrayInputStream(sealed)), identities, 2)) {
            ByteBuffer some = ByteBuffer.allocate(100_000);
            while (opened.read(some.clear()) >= 0) {
                plain.write(some.array(), 0, some.position());
            }
        }
        return plain.toByteArray();
    }
}
