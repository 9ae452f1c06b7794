package dev.reprise.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.reprise.engine.model.Compression;
import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.PageSource;
import dev.reprise.image.BadImageException;
import dev.reprise.image.BadImageException.Corrupt;
import dev.reprise.image.BadImageException.Truncated;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Images in envelopes: read like any other, and whatever happens to them, their reader gives exactly one answer. */
class FilteredImageTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void isReadFromFilesAndStreams(Compression compression) throws IOException {
        byte[] packed = packed(compression);
        Golden.Content plain = Golden.read(Golden.bytes());
        assertThat(Golden.read(packed)).isEqualTo(plain);
        if (compression != Compression.NONE) {
            assertThat(read(Files.write(directory.resolve("image"), packed))).isEqualTo(plain);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aFileThatIsCutAnywhereIsTruncated(Compression compression) throws IOException {
        byte[] packed = packed(compression);
        for (int length = 0; length < packed.length; length++) {
            Path file = Files.write(directory.resolve("image"), Arrays.copyOf(packed, length));
            assertThat(catchThrowable(() -> read(file))).as("cut at %d", length).isInstanceOf(Truncated.class);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void whatFollowsTheImageInAFileIsCorrupt(Compression compression) throws IOException {
        byte[] packed = packed(compression);
        byte[] twice = Arrays.copyOf(packed, 2 * packed.length);
        System.arraycopy(packed, 0, twice, packed.length, packed.length);
        Path file = Files.write(directory.resolve("image"), twice);
        assertThat(catchThrowable(() -> read(file))).isInstanceOf(Corrupt.class);
        assertThat(Golden.read(twice)).isEqualTo(Golden.read(packed));
    }

    /** A flipped bit may say the same in another way, of which these formats have many; never something else. */
    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void aFileWithAnyByteFlippedIsBadOrTheSame(Compression compression) throws IOException {
        byte[] packed = packed(compression);
        Golden.Content plain = Golden.read(packed);
        int same = 0;
        for (int i = 0; i < packed.length; i++) {
            int bit = 1 << i % 8;
            packed[i] ^= (byte) bit;
            Path file = Files.write(directory.resolve("image"), packed);
            Golden.Content[] found = new Golden.Content[1];
            Throwable bad = catchThrowable(() -> found[0] = read(file));
            if (bad == null) {
                assertThat(found[0]).as("flipped at %d", i).isEqualTo(plain);
                same++;
            } else {
                assertThat(bad).as("flipped at %d", i).isInstanceOf(BadImageException.class);
            }
            packed[i] ^= (byte) bit;
        }
        assertThat(same).isLessThan(packed.length / 20);
    }

    private static byte[] packed(Compression compression) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (WritableByteChannel packing = Images.filtering(Channels.newChannel(out), new Filters(compression))) {
            packing.write(ByteBuffer.wrap(Golden.bytes()));
        }
        return out.toByteArray();
    }

    private static Golden.Content read(Path file) throws IOException {
        try (PageSource source = Images.open(file, Host.ANY, Opening.NONE)) {
            return Golden.read((PageSource.Streamed) source);
        }
    }
}
