package dev.reprise.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.reprise.engine.SavedImage;
import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.Opening;
import dev.reprise.image.BadImageException;
import dev.reprise.image.BadImageException.Corrupt;
import dev.reprise.image.BadImageException.TooNew;
import dev.reprise.image.BadImageException.TooOld;
import dev.reprise.image.BadImageException.Truncated;
import dev.reprise.image.BadImageException.WrongMachine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to an image, its reader gives exactly one answer. */
class BadImageTest {
    @TempDir
    Path directory;

    @Test
    void aStreamThatIsCutAnywhereIsTruncated() throws IOException {
        byte[] image = Golden.bytes();
        for (int length = 0; length < image.length; length++) {
            byte[] cut = Arrays.copyOf(image, length);
            assertThat(catchThrowable(() -> Golden.read(cut)))
                    .as("cut at %d", length)
                    .isInstanceOf(Truncated.class);
        }
    }

    @Test
    void aFileThatIsCutAnywhereIsTruncated() throws IOException {
        Path file = Files.write(directory.resolve("image"), Golden.bytes());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long length = channel.size() - 1; length >= 0; length--) {
                channel.truncate(length);
                assertThat(catchThrowable(() -> verify(file)))
                        .as("cut at %d", length)
                        .isInstanceOf(Truncated.class);
            }
        }
    }

    @Test
    void aStreamWithAnyByteFlippedIsCorrupt() throws IOException {
        byte[] image = Golden.bytes();
        for (int i = 0; i < image.length; i++) {
            int bit = 1 << i % 8;
            image[i] ^= (byte) bit;
            assertThat(catchThrowable(() -> Golden.read(image)))
                    .as("flipped at %d", i)
                    .isInstanceOf(Corrupt.class);
            image[i] ^= (byte) bit;
        }
    }

    @Test
    void aFileWithAnyByteFlippedIsCorrupt() throws IOException {
        byte[] image = Golden.bytes();
        Path file = Files.write(directory.resolve("image"), image);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int i = 0; i < image.length; i++) {
                channel.write(ByteBuffer.wrap(new byte[] {(byte) (image[i] ^ 1 << i % 8)}), i);
                assertThat(catchThrowable(() -> verify(file)))
                        .as("flipped at %d", i)
                        .isInstanceOf(Corrupt.class);
                channel.write(ByteBuffer.wrap(new byte[] {image[i]}), i);
            }
        }
    }

    @Test
    void aFileThatGoesOnBehindItsTrailerIsCorrupt() throws IOException {
        byte[] image = Golden.bytes();
        Path file = Files.write(directory.resolve("image"), Arrays.copyOf(image, image.length + 1));
        assertThatThrownBy(() -> verify(file)).isInstanceOf(Corrupt.class);
    }

    @Test
    void whatIsNoImageIsNamedAtOnce() throws IOException {
        assertThatThrownBy(() -> Golden.read(new byte[0])).isInstanceOf(Truncated.class);
        assertThatThrownBy(() ->
                        Golden.read("#!/bin/sh\necho no image\n".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isInstanceOf(Corrupt.class)
                .hasMessageContaining("no Reprise image");
        for (String device : new String[] {"/dev/zero", "/dev/urandom"}) {
            assertThatThrownBy(() -> Images.open(Path.of(device), Host.ANY, Opening.NONE))
                    .isInstanceOf(Corrupt.class);
        }
        assertThatThrownBy(() -> Images.open(Path.of("/dev/null"), Host.ANY, Opening.NONE))
                .isInstanceOf(Truncated.class);
    }

    @Test
    void aSavedImageIsItsStateAndItsSize() throws Exception {
        try (FileChannel file = FileChannel.open(Golden.FILE)) {
            SavedImage saved = SavedImage.read(file, Opening.NONE);
            assertThat(saved.content()).isEqualTo(Golden.read(Golden.bytes()).image());
            assertThat(saved.imageBytes()).isEqualTo(file.size());
            assertThat(saved.formatVersion()).isEqualTo(1);
        }
    }

    @Test
    void otherVersionsAndMachinesAreNamed() throws IOException {
        assertThat(answer(8, 0)).isInstanceOf(TooOld.class);
        assertThat(answer(8, 2)).isInstanceOf(TooNew.class);
        assertThat(answer(8, -1)).isInstanceOf(TooNew.class);
        assertThat(answer(20, 1)).isInstanceOf(TooNew.class);
        assertThat(answer(12, 183)).isInstanceOf(WrongMachine.class);
        assertThat(answer(16, 16384)).isInstanceOf(WrongMachine.class);
    }

    @Test
    void anImageThatNeedsMoreThanTheHostHasIsOfAnotherMachine() throws IOException {
        Host small = new Host("x86-64", 4096, 7);
        assertThatThrownBy(() -> Images.open(Golden.FILE, small, Opening.NONE)).isInstanceOf(WrongMachine.class);
        assertThatThrownBy(() -> Images.open(Golden.FILE, new Host("aarch64", 4096, -1), Opening.NONE))
                .isInstanceOf(WrongMachine.class);
        Images.open(Golden.FILE, new Host("x86-64", 4096, 0x602e7), Opening.NONE)
                .close();
    }

    private static Throwable answer(int at, int value) throws IOException {
        byte[] image = Golden.bytes();
        ByteBuffer header = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(at, value);
        CRC32C crc = new CRC32C();
        crc.update(image, 0, 252);
        header.putInt(252, (int) crc.getValue());
        Throwable thrown = catchThrowable(() -> Golden.read(image));
        assertThat(thrown).isInstanceOf(BadImageException.class);
        return thrown;
    }

    private static void verify(Path file) throws IOException {
        Golden.read(file);
    }
}
