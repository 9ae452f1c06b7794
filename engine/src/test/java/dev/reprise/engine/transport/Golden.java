package dev.reprise.engine.transport;

import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageSource;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Image;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;

/** The golden image of the image module's tests: a state and pages to write and to read. */
public final class Golden {
    static final Path FILE = Path.of("../image/src/test/resources/golden/v1/sample.image");

    private Golden() {}

    static byte[] bytes() throws IOException {
        return Files.readAllBytes(FILE);
    }

    /** What a source gives: the state and all page data in order. */
    public record Content(Image image, Bytes pages) {}

    static Content read(byte[] image) throws IOException {
        try (PageSource.Streamed source =
                Images.open(Channels.newChannel(new ByteArrayInputStream(image)), Host.ANY, Opening.NONE)) {
            return read(source);
        }
    }

    static Content read(PageSource.Streamed source) throws IOException {
        ByteArrayOutputStream pages = new ByteArrayOutputStream();
        for (PageSource.Chunk chunk = source.next(); chunk != null; chunk = source.next()) {
            try (PageSource.Chunk closed = chunk) {
                pages.writeBytes(closed.data().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
            }
        }
        return new Content(source.image(), Bytes.of(pages.toByteArray()));
    }

    static Content read(Path file) throws IOException {
        try (PageSource source = Images.open(file, Host.ANY, Opening.NONE)) {
            PageSource.InPlace inPlace = (PageSource.InPlace) source;
            ByteArrayOutputStream pages = new ByteArrayOutputStream();
            byte[] all = Files.readAllBytes(inPlace.path());
            for (PageBatch batch : inPlace.batches()) {
                pages.write(all, (int) batch.position(), (int) batch.bytes());
            }
            inPlace.verify(_ -> {});
            return new Content(source.image(), Bytes.of(pages.toByteArray()));
        }
    }
}
