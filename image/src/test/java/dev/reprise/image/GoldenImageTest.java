package dev.reprise.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.image.codec.v1.ImageDecoder;
import dev.reprise.image.codec.v1.Pages;
import dev.reprise.image.codec.v1.RecordType;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.stream.Feed;
import dev.reprise.image.stream.PieceDigest;
import dev.reprise.image.stream.Received;
import dev.reprise.image.stream.RecordReader;
import dev.reprise.image.stream.Signers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What version 1 wrote is read for ever. */
class GoldenImageTest {
    @Test
    void theGoldenImageIsReadAsItWasWritten() throws IOException {
        RecordReader reader =
                new RecordReader(Feed.of(Channels.newChannel(new ByteArrayInputStream(GoldenImage.v1()))), Signers.ANY);
        assertThat(reader.header(1, 1).release()).isEqualTo("6.18.0-golden");
        ImageDecoder decoder = new ImageDecoder();
        int page = 0;
        int skipped = 0;
        for (Received record = reader.next(); record != null; record = reader.next()) {
            if (record.frame().type() == RecordType.PAGES) {
                Pages pages =
                        ImageDecoder.pages(record.payload(), record.frame().key(), record.position());
                page = requirePages(reader, pages, page);
            } else if (!decoder.accept(
                    record.frame().type(), record.frame().key(), record.payload(), record.position())) {
                record.requireSkippable();
                skipped++;
            }
        }
        assertThat(page).isEqualTo(4);
        assertThat(skipped).isEqualTo(1);
        assertThat(decoder.finish(0)).isEqualTo(SampleImage.image());
    }

    @Test
    void version1IsWrittenAsItAlwaysWas() throws IOException {
        assertThat(GoldenImage.write()).isEqualTo(GoldenImage.v1());
    }

    private static int requirePages(RecordReader reader, Pages pages, int first) throws IOException {
        int page = first;
        ByteBuffer data = ByteBuffer.allocate((int) pages.bytes());
        PieceDigest digest = Objects.requireNonNull(reader.read(data));
        digest.of(data.duplicate().flip());
        for (PageRun run : pages.runs()) {
            for (long i = 0; i < run.pages(); i++) {
                byte[] content = new byte[PageRun.PAGE_SIZE];
                data.get(page == first ? 0 : (page - first) * PageRun.PAGE_SIZE, content);
                assertThat(content).isEqualTo(SampleImage.page(page));
                page++;
            }
        }
        return page;
    }
}
