package dev.reprise.engine.transport;

import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.PageFile;
import dev.reprise.engine.model.PagePlaces;
import dev.reprise.engine.model.PageSource;
import dev.reprise.image.codec.v1.Pages;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Twin;
import dev.reprise.image.stream.DataCheck;
import dev.reprise.image.stream.Feed;
import dev.reprise.image.stream.Limits;
import dev.reprise.image.stream.Signers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** An image in a regular file: everything but the page data is read and verified at once. */
public final class FileSource implements PageSource.InPlace {
    private final Path path;
    private final FileChannel file;
    private final Image image;
    private final List<PageBatch> batches;
    private final List<DataCheck> unchecked;
    private boolean isGivenAway;

    /** Takes over {@code file}, open for reading at its start. */
    FileSource(Path path, FileChannel file, Host host) throws IOException {
        this.path = path.toAbsolutePath();
        this.file = file;
        ImageReading reading = new ImageReading(Feed.ofFile(file), host, Signers.ANY);
        image = reading.image();
        batches = batches(reading);
        unchecked = reading.records().unchecked();
    }

    // Where pages repeat others, their contents lie where those lie.
    private static List<PageBatch> batches(ImageReading reading) throws IOException {
        List<PageBatch> found = new ArrayList<>();
        PagePlaces places = null;
        for (ImageReading.Batch batch = reading.next(); batch != null; batch = reading.next()) {
            Pages pages = batch.pages();
            if (places == null && !pages.repeats().isEmpty()) {
                places = new PagePlaces();
                found.forEach(places::add);
            }
            PageBatch stored = new PageBatch(pages.object(), pages.stored(), batch.position());
            if (!stored.runs().isEmpty()) {
                found.add(stored);
            }
            if (places != null) {
                places.add(stored);
                for (PageRepeat repeat : pages.repeats()) {
                    found.addAll(places.add(pages.object(), repeat));
                }
            }
        }
        return List.copyOf(found);
    }

    @Override
    public Image image() {
        return image;
    }

    /** The bytes of its memory that processes hold. */
    long heldBytes() {
        long bytes = 0;
        for (Twin twin : image.twins()) {
            for (PageRun run : image.object(twin.space(), AddressSpace.class).runs()) {
                bytes += run.bytes();
            }
        }
        return bytes;
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public List<PageBatch> batches() {
        return batches;
    }

    @Override
    public void verify(LongConsumer read) throws IOException {
        if (unchecked.isEmpty()) {
            return;
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(Limits.PIECE);
        long done = 0;
        for (DataCheck check : unchecked) {
            check.verify(file, buffer);
            done += check.length();
            read.accept(done);
        }
    }

    @Override
    public PageFile pages() {
        isGivenAway = true;
        return new CheckedPages(file, unchecked);
    }

    @Override
    public void close() {
        if (!isGivenAway) {
            close(file);
        }
    }

    static void close(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            System.getLogger(FileSource.class.getName()).log(System.Logger.Level.DEBUG, "closing an image", e);
        }
    }
}
