package dev.reprise.image.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.image.BadImageException;
import dev.reprise.image.GoldenImage;
import dev.reprise.image.SampleImage;
import dev.reprise.image.codec.v1.RecordType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexedImageTest {
    @TempDir
    Path directory;

    @Test
    void aRecordIsFoundWithoutReadingTheImage() throws IOException {
        Path path = Files.write(directory.resolve("image"), GoldenImage.v1());
        try (FileChannel file = FileChannel.open(path)) {
            IndexedImage image = new IndexedImage(file);
            List<IndexEntry> pages = image.entries().stream()
                    .filter(entry -> entry.type() == RecordType.PAGES)
                    .toList();
            assertThat(pages).extracting(IndexEntry::key).containsExactly(1, 2, 2);
            Received last = image.record(pages.getLast().position());
            ByteBuffer page = ByteBuffer.allocate((int) last.frame().dataLength());
            file.read(page, last.dataPosition());
            assertThat(page.array()).isEqualTo(SampleImage.page(3));
        }
    }

    @Test
    void aFileThatIsCutOrDamagedHasNoIndex() throws IOException {
        byte[] image = GoldenImage.v1();
        Path path = directory.resolve("image");
        for (int length : new int[] {0, 100, 319, 5000, image.length - 1}) {
            Files.write(path, Arrays.copyOf(image, length));
            try (FileChannel file = FileChannel.open(path)) {
                assertThatThrownBy(() -> new IndexedImage(file)).isInstanceOf(BadImageException.class);
            }
        }
        for (int i = image.length - 200; i < image.length; i++) {
            image[i] ^= 4;
            Files.write(path, image);
            try (FileChannel file = FileChannel.open(path)) {
                assertThatThrownBy(() -> new IndexedImage(file)).isInstanceOf(BadImageException.class);
            }
            image[i] ^= 4;
        }
    }
}
