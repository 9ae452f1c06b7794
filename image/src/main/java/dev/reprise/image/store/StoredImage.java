package dev.reprise.image.store;

import dev.reprise.image.stream.Alignment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** An image as it comes out of a store: byte for byte what went in. */
final class StoredImage implements ReadableByteChannel, Recipe.Reader {
    private static final int BUFFER = 1 << 20;

    private final Path packs;
    private final Recipe.In recipe;
    private final Map<Integer, FileChannel> open = new HashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).limit(0);
    private ByteBuffer other = ByteBuffer.allocate(0);
    private long place;
    private int count;
    private boolean isOpen = true;

    /** Opens all that it is made of. */
    StoredImage(Path image, Path packs) throws IOException {
        this.packs = packs;
        FileChannel file = FileChannel.open(image);
        try {
            openPacks(file);
            file.position(0);
        } catch (IOException failure) {
            closePacks();
            file.close();
            throw failure;
        }
        recipe = new Recipe.In(Channels.newInputStream(file));
    }

    @SuppressWarnings("resource") // the file is the caller's
    private void openPacks(FileChannel file) throws IOException {
        new Recipe.In(Channels.newInputStream(file)).rest(new Recipe.Reader() {
            @Override
            public void other(byte[] bytes) {
                // stands in the recipe itself
            }

            @Override
            public void pages(long place, int count) throws IOException {
                pack(Pack.pack(place));
            }
        });
    }

    private void closePacks() throws IOException {
        for (FileChannel pack : open.values()) {
            pack.close();
        }
    }

    @Override
    public void other(byte[] bytes) {
        other = ByteBuffer.wrap(bytes);
    }

    @Override
    public void pages(long place, int count) {
        this.place = place;
        this.count = count;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        while (!other.hasRemaining() && !buffer.hasRemaining() && count == 0) {
            if (!recipe.next(this)) {
                return -1;
            }
        }
        if (!other.hasRemaining() && !buffer.hasRemaining()) {
            fill();
        }
        ByteBuffer from = other.hasRemaining() ? other : buffer;
        int part = Math.min(from.remaining(), into.remaining());
        into.put(from.slice(from.position(), part));
        from.position(from.position() + part);
        return part;
    }

    private void fill() throws IOException {
        int pages = Math.min(count, BUFFER / Alignment.PAGE);
        FileChannel pack = pack(Pack.pack(place));
        buffer.clear().limit(pages * Alignment.PAGE);
        long at = Pack.page(place) * Alignment.PAGE;
        while (buffer.hasRemaining()) {
            if (pack.read(buffer, at + buffer.position()) < 0) {
                throw new IOException("pack " + Pack.pack(place) + " of the store is cut short");
            }
        }
        buffer.flip();
        place += pages;
        count -= pages;
    }

    private FileChannel pack(int number) throws IOException {
        FileChannel pack = open.get(number);
        if (pack == null) {
            pack = FileChannel.open(packs.resolve(Integer.toString(number)));
            open.put(number, pack);
        }
        return pack;
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    @Override
    public void close() throws IOException {
        isOpen = false;
        try (recipe) {
            closePacks();
        }
    }
}
