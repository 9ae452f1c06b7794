package dev.reprise.image.store;

import dev.reprise.image.stream.Alignment;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.BitSet;

/**
 * An image on its way into a store: pages that it has are not written again. Closed when all of an image has come, it gets its name;
 * otherwise that is an error, and nothing of it stays.
 */
public final class StoreWriter implements WritableByteChannel {
    private static final String RECIPE = ".part";
    private static final int KEYS = 1 << 16;

    private final ImageStore store;
    private final String name;
    private final Path part;
    private final BitSet usedPacks = new BitSet();
    private final boolean sync;
    private final StoreLock lock;
    private final KnownPages known = new KnownPages();
    private final PageKey key = new PageKey();
    private final Pack pack;
    private final Recipe.Out recipe;
    private final Splitter splitter = new Splitter(new Splitter.Parts() {
        @Override
        public void page(ByteBuffer page) throws IOException {
            recipe.page(placeOf(page));
        }

        @Override
        public void other(ByteBuffer bytes) throws IOException {
            recipe.other(bytes);
        }
    });
    private boolean isOpen = true;

    /** {@code name}: empty for the next number; {@code lock} is let go when this is closed. */
    StoreWriter(ImageStore store, String name, boolean sync, StoreLock lock) throws IOException {
        this.store = store;
        this.name = name;
        this.sync = sync;
        this.lock = lock;
        int number = learn();
        pack = newPack(number);
        // The pack's number is this writer's alone.
        part = store.images().resolve("." + pack.number() + RECIPE);
        try {
            recipe = new Recipe.Out(ImageStore.newFile(part));
        } catch (IOException failure) {
            pack.close();
            throw failure;
        }
    }

    // What every pack has; the first number above all.
    private int learn() throws IOException {
        int next = 1;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(store.packs())) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.matches("[0-9]{1,9}" + Pack.INDEX)) {
                    learn(file, Integer.parseInt(name.substring(0, name.length() - Pack.INDEX.length())));
                }
                if (name.matches("[0-9]{1,9}.*")) {
                    next = Math.max(next, Integer.parseInt(name.replaceFirst("[^0-9].*", "")) + 1);
                }
            }
        }
        return next;
    }

    private void learn(Path index, int number) throws IOException {
        long page = 0;
        try (var in = new BufferedInputStream(Files.newInputStream(index), KEYS)) {
            byte[] one = new byte[PageKey.BYTES];
            ByteBuffer words = ByteBuffer.wrap(one);
            while (in.readNBytes(one, 0, one.length) == one.length) {
                known.add(words.getLong(0), words.getLong(Long.BYTES), Pack.place(number, page++));
            }
        }
    }

    private Pack newPack(int first) throws IOException {
        for (int number = first; ; number++) {
            try {
                return new Pack(store.packs(), number, sync);
            } catch (FileAlreadyExistsException another) {
                // another writer was faster
            }
        }
    }

    private long placeOf(ByteBuffer page) throws IOException {
        key.of(page);
        long place = known.find(key.high(), key.low());
        if (place == KnownPages.NOWHERE) {
            place = pack.add(page, key.high(), key.low());
            known.add(key.high(), key.low(), place);
        }
        usedPacks.set(Pack.pack(place));
        return place;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return splitter.write(source);
    }

    /** The bytes that it has added to the store's pages so far. */
    public long newBytes() {
        return pack.pages() * (long) Alignment.PAGE;
    }

    private void publish() throws IOException {
        pack.publish();
        recipe.finish();
        recipe.close();
        if (sync) {
            // Those of images that were written without it, too: this one consists of them.
            for (int one = usedPacks.nextSetBit(0); one >= 0; one = usedPacks.nextSetBit(one + 1)) {
                ImageStore.syncFile(store.packs().resolve(Integer.toString(one)));
            }
            ImageStore.syncFile(part);
            ImageStore.syncDirectory(store.packs());
        }
        if (name.isEmpty()) {
            takeNumber();
        } else {
            Files.move(
                    part,
                    store.images().resolve(name),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
        if (sync) {
            ImageStore.syncDirectory(store.images());
        }
    }

    // Others may be at the same: whoever comes second gets the next one.
    private void takeNumber() throws IOException {
        while (true) {
            try {
                Files.createLink(store.images().resolve(store.nextName()), part);
                return;
            } catch (FileAlreadyExistsException another) {
                // then it is listed now
            }
        }
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    @Override
    public void close() throws IOException {
        if (!isOpen) {
            return;
        }
        isOpen = false;
        try (lock;
                pack;
                recipe) {
            if (!splitter.isComplete()) {
                throw new IOException("the image is not complete");
            }
            publish();
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
