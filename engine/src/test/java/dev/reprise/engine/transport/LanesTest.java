package dev.reprise.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.engine.model.Compression;
import dev.reprise.engine.model.Encryption;
import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.Secret;
import dev.reprise.image.BadImageException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams of several lanes, read by several threads: the same memory comes out, and of a bad one nothing that passes for an image. */
@Timeout(300)
class LanesTest {
    private static final Secret PASSPHRASE = new Secret("of no matter".getBytes(StandardCharsets.UTF_8));

    @ParameterizedTest
    @EnumSource(Compression.class)
    void allLanesAndFiltersGiveBackWhatWasWritten(Compression compression) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Golden.Content content = LaneImages.random(random, 6 << 20);
        for (int lanes : new int[] {1, 3, 8}) {
            byte[] image = LaneImages.written(content, new Filters(compression).by(lanes), Optional.empty());
            for (int readers : new int[] {1, 4}) {
                assertThat(LaneImages.read(image, Opening.NONE.by(readers), random))
                        .as("%d lanes, %d readers, seed %d", lanes, readers, seed)
                        .isEqualTo(content);
            }
        }
    }

    @Test
    void anEncryptedOneToo() throws Exception {
        Random random = new Random(1);
        Golden.Content content = LaneImages.random(random, 5 << 20);
        Filters filters = new Filters(Compression.LZ4, new Encryption.WithPassphrase(PASSPHRASE)).by(3);
        byte[] image = LaneImages.written(content, filters, Optional.empty());
        Opening opening = new Opening(List.of(), List.of(PASSPHRASE), List.of(), 3);
        assertThat(LaneImages.read(image, opening, random)).isEqualTo(content);
    }

    @Test
    void theBytesDependOnTheLanesAlone() throws Exception {
        Golden.Content content = LaneImages.random(new Random(2), 6 << 20);
        for (int lanes = 1; lanes <= 8; lanes++) {
            Filters filters = new Filters(Compression.LZ4).by(lanes);
            assertThat(LaneImages.written(content, filters, Optional.empty()))
                    .isEqualTo(LaneImages.written(content, filters, Optional.empty()));
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatIsCutAnywhereIsTruncated(Compression compression) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Golden.Content content = LaneImages.random(random, 4 << 20);
        byte[] image = LaneImages.written(content, either(random, new Filters(compression).by(3)), Optional.empty());
        for (int i = 0; i < 40; i++) {
            // some of them near the end, where only a digest, the index or the trailer is missing
            int most = i % 3 == 0 ? Math.min(image.length, 1 << (i / 3)) : image.length;
            byte[] cut = Arrays.copyOf(image, image.length - 1 - random.nextInt(most));
            assertThatThrownBy(() -> LaneImages.read(cut, Opening.NONE.by(1 + random.nextInt(4)), random))
                    .as("%d of %d bytes, seed %d", cut.length, image.length, seed)
                    .isInstanceOf(BadImageException.Truncated.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatIsChangedAnywhereIsBadOrTheSame(Compression compression) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Golden.Content content = LaneImages.random(random, 4 << 20);
        byte[] image = LaneImages.written(content, either(random, new Filters(compression).by(4)), Optional.empty());
        for (int i = 0; i < 50; i++) {
            byte[] changed = image.clone();
            int at = i % 4 == 0 ? random.nextInt(Math.min(image.length, 20_000)) : random.nextInt(image.length);
            changed[at] ^= (byte) (1 << random.nextInt(8));
            try {
                assertThat(LaneImages.read(changed, Opening.NONE.by(1 + random.nextInt(4)), random))
                        .as("byte %d, seed %d", at, seed)
                        .isEqualTo(content);
                assertThat(compression).as("byte %d, seed %d", at, seed).isNotEqualTo(Compression.NONE);
            } catch (BadImageException bad) {
                // which is what a reader says
            }
        }
    }

    private static Filters either(Random random, Filters filters) {
        return random.nextBoolean() ? filters : filters.withoutRepeats();
    }

    /** Whoever is faster: what is wrong first is what is said. */
    @Test
    void theAnswerIsAlwaysTheSame() throws Exception {
        Random random = new Random(3);
        Golden.Content content = LaneImages.random(random, 6 << 20);
        byte[] image = LaneImages.written(content, Filters.NONE.by(4), Optional.empty());
        byte[] bad = Arrays.copyOf(image, image.length - 70_000);
        bad[bad.length - (2 << 20)] ^= 1;
        for (int i = 0; i < 30; i++) {
            assertThatThrownBy(() -> LaneImages.read(bad, Opening.NONE.by(1 + random.nextInt(8)), random))
                    .isInstanceOf(BadImageException.Corrupt.class)
                    .hasMessageContaining("page data differ from their checksum");
        }
    }
}
