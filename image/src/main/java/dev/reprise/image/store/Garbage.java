package dev.reprise.image.store;

import dev.reprise.image.stream.Alignment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Frees what no image of a store uses. A pack that is used by half or less is written anew without the rest; first the new pack is
 * there, then the recipes lead to it, then the old one goes: at every instant every image is whole.
 */
final class Garbage {
    private final ImageStore store;
    private final Map<Integer, BitSet> used = new HashMap<>();

    Garbage(ImageStore store) {
        this.store = store;
    }

    /** How many bytes are free again. */
    long collect() throws IOException {
        long before = store.bytes();
        removeParts(store.images());
        removeParts(store.packs());
        List<Path> images = images();
        for (Path image : images) {
            read(image, new Recipe.Reader() {
                @Override
                public void other(byte[] bytes) {
                    // stands in the recipe itself
                }

                @Override
                public void pages(long place, int count) {
                    int first = Math.toIntExact(Pack.page(place));
                    used.computeIfAbsent(Pack.pack(place), _ -> new BitSet()).set(first, first + count);
                }
            });
        }
        Map<Integer, long[]> moved = new HashMap<>();
        List<Integer> old = new ArrayList<>();
        int next = packs().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
        for (int pack : packs()) {
            BitSet pages = used.getOrDefault(pack, new BitSet());
            long all = Files.size(file(pack)) / Alignment.PAGE;
            if (2L * pages.cardinality() <= all) {
                if (!pages.isEmpty()) {
                    moved.put(pack, rewrite(pack, pages, next++));
                }
                old.add(pack);
            }
        }
        if (!moved.isEmpty()) {
            for (Path image : images) {
                lead(image, moved);
            }
        }
        ImageStore.syncDirectory(store.packs());
        ImageStore.syncDirectory(store.images());
        for (int pack : old) {
            Files.deleteIfExists(store.packs().resolve(pack + Pack.INDEX));
            Files.deleteIfExists(file(pack));
        }
        return before - store.bytes();
    }

    private Path file(int pack) {
        return store.packs().resolve(Integer.toString(pack));
    }

    // Of writers that have died.
    private static void removeParts(Path directory) throws IOException {
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory, "{.,}*.part")) {
            for (Path part : parts) {
                Files.delete(part);
            }
        }
    }

    private List<Path> images() throws IOException {
        List<Path> images = new ArrayList<>();
        for (ImageStore.Entry entry : store.list()) {
            images.add(store.images().resolve(entry.name()));
        }
        return images;
    }

    private List<Integer> packs() throws IOException {
        List<Integer> packs = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(store.packs())) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.matches("[0-9]{1,9}")) {
                    packs.add(Integer.valueOf(name));
                }
            }
        }
        return packs;
    }

    private static void read(Path image, Recipe.Reader reader) throws IOException {
        try (Recipe.In recipe = new Recipe.In(Files.newInputStream(image))) {
            recipe.rest(reader);
        }
    }

    // The new places of a pack's pages, by their old numbers.
    private long[] rewrite(int pack, BitSet pages, int number) throws IOException {
        long[] places = new long[pages.length()];
        PageKey key = new PageKey();
        ByteBuffer page = ByteBuffer.allocateDirect(Alignment.PAGE);
        try (FileChannel from = FileChannel.open(file(pack));
                Pack to = new Pack(store.packs(), number, true)) {
            for (int one = pages.nextSetBit(0); one >= 0; one = pages.nextSetBit(one + 1)) {
                page.clear();
                long at = (long) one * Alignment.PAGE;
                while (page.hasRemaining()) {
                    if (from.read(page, at + page.position()) < 0) {
                        throw new IOException("pack " + pack + " of the store is cut short");
                    }
                }
                key.of(page.flip());
                places[one] = to.add(page, key.high(), key.low());
            }
            to.publish();
        }
        return places;
    }

    private static void lead(Path image, Map<Integer, long[]> moved) throws IOException {
        Path part = image.resolveSibling("." + image.getFileName() + ".part");
        FileTime complete = Files.getLastModifiedTime(image);
        try (Recipe.Out out = new Recipe.Out(ImageStore.newFile(part))) {
            read(image, new Recipe.Reader() {
                @Override
                public void other(byte[] bytes) throws IOException {
                    out.other(ByteBuffer.wrap(bytes));
                }

                @Override
                public void pages(long place, int count) throws IOException {
                    long[] places = moved.get(Pack.pack(place));
                    if (places == null) {
                        out.pages(place, count);
                        return;
                    }
                    for (int i = 0; i < count; i++) {
                        out.page(places[(int) Pack.page(place) + i]);
                    }
                }
            });
            out.finish();
        }
        ImageStore.syncFile(part);
        Files.setLastModifiedTime(part, complete);
        Files.move(part, image, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
