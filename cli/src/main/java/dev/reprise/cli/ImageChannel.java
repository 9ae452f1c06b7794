package dev.reprise.cli;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** An image that is read from its beginning to its end. */
final class ImageChannel {
    private ImageChannel() {}

    /** That of a file; of stdin for {@code -}. */
    static ReadableByteChannel open(Path image) throws IOException {
        return image.equals(Path.of("-"))
                ? Channels.newChannel(System.in)
                : FileChannel.open(image, StandardOpenOption.READ);
    }
}
