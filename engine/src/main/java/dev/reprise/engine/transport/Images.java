package dev.reprise.engine.transport;

import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.PageSink;
import dev.reprise.engine.model.PageSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Opens images, to write and to read, in the way that their place allows. */
public final class Images {
    private Images() {}

    /** A sink for a path: in place where that is a regular file or nothing yet, streamed into a fifo or device. */
    public static PageSink create(Path target, boolean sync) throws IOException {
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            return StreamImage.owning(FileChannel.open(target, StandardOpenOption.WRITE));
        }
        return FileImage.create(target, sync);
    }

    /** A sink for a channel, which the caller closes. */
    public static PageSink.Streamed create(WritableByteChannel channel) {
        return StreamImage.into(channel);
    }

    /** A sink for a channel, which is closed as soon as the image is complete. */
    public static PageSink.Streamed createOwning(WritableByteChannel channel) {
        return StreamImage.owning(channel);
    }

    /** A source for a path: in place where that is a regular file, else streamed. */
    public static PageSource open(Path path, Host host) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return Files.isRegularFile(path) ? new FileSource(path, file, host) : new StreamSource(file, host);
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    /** A source for a channel, from where it stands; the caller closes it. */
    public static StreamSource open(ReadableByteChannel channel, Host host) throws IOException {
        return new StreamSource(channel, host);
    }
}
