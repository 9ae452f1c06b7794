package dev.reprise.engine.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** Somebody else's channel, under filters that close what is below them. */
final class Unclosed implements ByteChannel {
    private final Channel channel;

    Unclosed(Channel channel) {
        this.channel = channel;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return ((ReadableByteChannel) channel).read(into);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return ((WritableByteChannel) channel).write(source);
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        // Its owner does that.
    }
}
