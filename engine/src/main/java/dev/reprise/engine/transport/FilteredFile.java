package dev.reprise.engine.transport;

import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.Secret;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** An image in a regular file that goes through filters: nothing in it has a place of its own, so it is a stream. */
final class FilteredFile implements PageSink.Streamed {
    private final Aside aside;
    private final StreamImage stream;
    private final Witness witness;

    private FilteredFile(Aside aside, StreamImage stream, Witness witness) {
        this.witness = witness;
        this.aside = aside;
        this.stream = stream;
    }

    static FilteredFile create(Path target, boolean sync, Filters filters, Optional<Secret> signer, Witness witness)
            throws IOException {
        Aside aside = Aside.create(target, sync, Images.OWN);
        try {
            return new FilteredFile(aside, StreamImage.owning(new Unclosed(aside.file()), filters, signer), witness);
        } catch (Throwable e) {
            aside.close();
            throw e;
        }
    }

    @Override
    public void state(Image image) throws IOException {
        stream.state(image);
    }

    @Override
    public int lanes() {
        return stream.lanes();
    }

    @Override
    public Prepared prepare(ObjectId object, List<PageRun> runs, List<PageRepeat> repeats, ByteBuffer bytes) {
        return stream.prepare(object, runs, repeats, bytes);
    }

    @Override
    public void finish() throws IOException {
        stream.finish();
        aside.publish(witness);
    }

    @Override
    public void fail(String reason) {
        close();
    }

    @Override
    public long pagesRepeated() {
        return stream.pagesRepeated();
    }

    @Override
    public long bytesWritten() {
        return stream.bytesWritten();
    }

    @Override
    public void close() {
        stream.abandon();
        aside.close();
    }
}
