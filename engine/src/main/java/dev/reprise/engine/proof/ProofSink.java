package dev.reprise.engine.proof;

import dev.reprise.engine.model.PageSink;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A checkpoint that is only to be compared: its state, and the checksums of its pages. */
public final class ProofSink implements PageSink.Streamed {
    private PagePrints prints = new PagePrints(KernelWrites.none());
    private @Nullable Image image;
    private long bytes;

    public ProofSink() {}

    /** One that has all. */
    ProofSink(Image image, PagePrints prints) {
        this.image = image;
        this.prints = prints;
    }

    @Override
    public void state(Image image) {
        this.image = image;
        prints = new PagePrints(KernelWrites.of(image));
    }

    @Override
    public int lanes() {
        return 1;
    }

    @Override
    public Prepared prepare(ObjectId object, List<PageRun> runs, List<PageRepeat> repeats, ByteBuffer data) {
        if (!repeats.isEmpty()) {
            throw new IllegalArgumentException("a checkpoint has all its pages");
        }
        return _ -> {
            bytes += data.remaining();
            prints.of(object, runs).data(data);
        };
    }

    @Override
    public void finish() {
        // there is nothing to seal
    }

    @Override
    public void fail(String reason) {
        // nor to give up
    }

    @Override
    public long bytesWritten() {
        return bytes;
    }

    @Override
    public void close() {
        // nor to close
    }

    Image image() {
        return Objects.requireNonNull(image);
    }

    PagePrints prints() {
        return prints;
    }
}
