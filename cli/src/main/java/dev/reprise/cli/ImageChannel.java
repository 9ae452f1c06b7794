package dev.reprise.cli;

import dev.reprise.engine.MemoryStore;
import dev.reprise.engine.PageStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Optional;

/** An image that is read from its beginning to its end; a user may see how far it has come, where its length is known. */
final class ImageChannel implements ReadableByteChannel {
    private final ReadableByteChannel image;
    private final long length;
    private final ProgressLine line;
    private long done;

    private ImageChannel(ReadableByteChannel image, long length, ProgressLine line) {
        this.image = image;
        this.length = length;
        this.line = line;
    }

    /** That of a file; of stdin for {@code -}; of a store. */
    static ReadableByteChannel open(Path image) throws IOException {
        Optional<StoreName> stored = StoreName.of(image);
        if (stored.isPresent()) {
            return PageStore.open(stored.get().directory(), stored.get().name());
        }
        return image.equals(Path.of("-")) ? Channels.newChannel(System.in) : MemoryStore.read(image);
    }

    /** The same; {@code phase} is what is done with it. */
    static ReadableByteChannel open(Path image, String phase, ProgressArguments progress) throws IOException {
        ReadableByteChannel source = open(image);
        ProgressLine line = progress.line(new PrintStream(System.err, false, System.err.charset()));
        line.phase(phase);
        return new ImageChannel(source, source instanceof FileChannel file ? file.size() : 0, line);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int count = image.read(into);
        if (count > 0) {
            done += count;
            line.bytes(done, length);
        }
        return count;
    }

    @Override
    public boolean isOpen() {
        return image.isOpen();
    }

    @Override
    public void close() throws IOException {
        line.end();
        image.close();
    }
}
