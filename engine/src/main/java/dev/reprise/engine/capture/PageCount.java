package dev.reprise.engine.capture;

import dev.reprise.engine.model.Progress;
import dev.reprise.image.state.Image;
import java.io.IOException;

/** Tells the caller how many of an image's page data have been written. */
final class PageCount {
    private final Progress progress;
    private final long total;
    private long done;

    PageCount(Progress progress, Image image) {
        this.progress = progress;
        this.total = image.pageBytes();
    }

    /** What {@code pace} is told is counted. */
    Pace over(Pace pace) {
        return new Pace() {
            @Override
            public void wrote(long bytes) throws IOException {
                done += bytes;
                progress.bytes(done, total);
                pace.wrote(bytes);
            }

            @Override
            public long batchBytes() {
                return pace.batchBytes();
            }
        };
    }
}
