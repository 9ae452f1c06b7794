package dev.reprise.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.image.stream.Composer;
import dev.reprise.image.stream.DataDigest;
import dev.reprise.image.stream.Header;
import dev.reprise.image.stream.Span;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageStoreTest {
    private static final int PAGE = 4096;
    private static final int PAGES = 64;
    private static final int PAGES_TYPE = 20;
    private static final int STATE_TYPE = 33;

    @TempDir
    Path scratch;

    private ImageStore store;
    private final byte[] memory = new byte[PAGES * PAGE];
    private final Random random = new Random(1);

    @BeforeEach
    void makeStore() throws IOException {
        store = ImageStore.openOrCreate(scratch.resolve("store"));
        random.nextBytes(memory);
    }

    // An image as a stream: some state, and the memory in records of different lengths.
    private byte[] image() throws IOException {
        Composer composer = new Composer();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        composer.header(new Header(1, 62, PAGE, 0, 0, 7, "6.18"));
        byte[] state = new byte[random.nextInt(9000)];
        random.nextBytes(state);
        composer.record(STATE_TYPE, 0, 1, state);
        for (int page = 0; page < PAGES; ) {
            int count = Math.min(PAGES - page, 1 + random.nextInt(20));
            Span span = composer.data(PAGES_TYPE, 0, 1, new byte[random.nextInt(50)], (long) count * PAGE);
            out.writeBytes(bytes(composer.take().bytes()));
            composer.skip(span);
            ByteBuffer data = ByteBuffer.wrap(memory, page * PAGE, count * PAGE);
            DataDigest digest = new DataDigest(span.length(), false);
            out.writeBytes(bytes(data.duplicate()));
            digest.update(data);
            out.writeBytes(bytes(composer.digest(span, digest.checksums())));
            page += count;
        }
        composer.finish();
        out.writeBytes(bytes(composer.take().bytes()));
        return out.toByteArray();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    // In pieces of any length; how many bytes of pages were new.
    private long put(String name, byte[] image) throws IOException {
        try (StoreWriter writer = store.write(name, random.nextBoolean())) {
            for (int at = 0; at < image.length; ) {
                int length = Math.min(image.length - at, 1 + random.nextInt(10_000));
                writer.write(ByteBuffer.wrap(image, at, length));
                at += length;
            }
            return writer.newBytes();
        }
    }

    private byte[] get(String name) throws IOException {
        try (ReadableByteChannel channel = store.read(name)) {
            return Channels.newInputStream(channel).readAllBytes();
        }
    }

    private void change(int page) {
        random.nextBytes(new byte[1]);
        memory[page * PAGE + random.nextInt(PAGE)]++;
    }

    @Test
    void aSeriesCostsWhatHasChanged() throws IOException {
        byte[][] images = new byte[10][];
        for (int i = 0; i < images.length; i++) {
            images[i] = image();
            long added = put("", images[i]);
            assertThat(added).isEqualTo((i == 0 ? PAGES : 3L) * PAGE);
            for (int page : new int[] {i, i + 20, 63}) {
                change(page);
            }
        }
        for (int i = 0; i < images.length; i++) {
            assertThat(get(Integer.toString(i + 1))).isEqualTo(images[i]);
        }
        assertThat(store.newest()).isEqualTo("10");
        assertThat(store.list()).hasSize(images.length).allMatch(entry -> entry.bytes() > PAGES * PAGE);
    }

    @Test
    void aStoreWhoseMakerDiedIsMade() throws IOException {
        Path begun = Files.createDirectory(scratch.resolve("begun"));
        Files.createDirectory(begun.resolve("images"));
        Files.createFile(begun.resolve("lock"));
        store = ImageStore.openOrCreate(begun);
        byte[] image = image();
        put("", image);
        put("", image);
        assertThat(get("2")).isEqualTo(image);
        assertThat(store.list()).extracting(ImageStore.Entry::name).containsExactly("1", "2");
    }

    @Test
    void equalPagesOfOneImageAreThereOnce() throws IOException {
        Arrays.fill(memory, (byte) 1);
        byte[] image = image();
        assertThat(put("one", image)).isEqualTo(PAGE);
        assertThat(get("one")).isEqualTo(image);
    }

    @Test
    void garbageGoesAndTheRestStays() throws IOException {
        byte[][] images = new byte[6][];
        for (int i = 0; i < images.length; i++) {
            images[i] = image();
            put("i" + i, images[i]);
            for (int page = 0; page < PAGES; page++) {
                if (random.nextInt(3) > 0) {
                    change(page);
                }
            }
        }
        assertThat(store.collect()).isZero();
        boolean[] isGone = new boolean[images.length];
        for (int gone : new int[] {0, 4, 2, 1}) {
            store.delete("i" + gone);
            isGone[gone] = true;
            long before = store.bytes();
            long freed = store.collect();
            assertThat(store.bytes()).isEqualTo(before - freed);
            for (int i = 0; i < images.length; i++) {
                if (!isGone[i]) {
                    assertThat(get("i" + i)).isEqualTo(images[i]);
                }
            }
        }
        assertThat(store.bytes()).isLessThan(4L * PAGES * PAGE);
        // and what comes next still finds what is there
        assertThat(put("again", images[5])).isZero();
        store.delete("again");
        store.delete("i3");
        store.delete("i5");
        store.collect();
        assertThat(store.bytes()).isZero();
    }

    @Test
    void whatIsBeingReadStaysWhole() throws IOException {
        byte[] image = image();
        put("one", image);
        try (ReadableByteChannel channel = store.read("one")) {
            store.delete("one");
            assertThat(store.collect()).isPositive();
            assertThat(Channels.newInputStream(channel).readAllBytes()).isEqualTo(image);
        }
    }

    @Test
    void whatIsNotCompleteIsNotThere() throws IOException {
        byte[] image = image();
        StoreWriter cut = store.write("cut", false);
        cut.write(ByteBuffer.wrap(image, 0, image.length - 1));
        assertThatThrownBy(cut::close).hasMessageContaining("not complete");
        StoreWriter wrong = store.write("nonsense", false);
        byte[] nonsense = new byte[100_000];
        Arrays.fill(nonsense, (byte) 0xff);
        assertThatThrownBy(() -> wrong.write(ByteBuffer.wrap(nonsense))).hasMessageContaining("this is no image");
        assertThatThrownBy(wrong::close).isInstanceOf(IOException.class);
        assertThat(store.list()).isEmpty();
        assertThat(store.bytes()).isZero();
        assertThatThrownBy(() -> store.read("cut")).hasMessageContaining("has no image cut");
    }

    @Test
    void onlyOneCollectsAndNobodyWritesMeanwhile() throws IOException {
        StoreWriter writing = store.write("one", false);
        assertThatThrownBy(store::collect).hasMessageContaining("somebody else is at work");
        assertThatThrownBy(writing::close).hasMessageContaining("not complete");
        try (StoreLock _ = store.lock(false)) {
            assertThatThrownBy(() -> store.write("one", false)).hasMessageContaining("somebody else is at work");
        }
    }

    @Test
    void aBrokenRecipeIsFound() throws IOException {
        put("one", image());
        Path recipe = store.images().resolve("one");
        byte[] whole = Files.readAllBytes(recipe);
        for (int at = 0; at < whole.length; at += 1 + random.nextInt(200)) {
            byte[] broken = whole.clone();
            broken[at] ^= 1;
            Files.write(recipe, broken);
            assertThatThrownBy(() -> get("one")).isInstanceOf(IOException.class);
            Files.write(recipe, Arrays.copyOf(whole, at));
            assertThatThrownBy(() -> get("one")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anotherDirectoryIsNoStore() throws IOException {
        Path other = Files.createDirectory(scratch.resolve("other"));
        Files.createFile(other.resolve("file"));
        assertThatThrownBy(() -> ImageStore.openOrCreate(other)).hasMessageContaining("no store of images");
        assertThatThrownBy(() -> ImageStore.open(scratch.resolve("missing")))
                .hasMessageContaining("no store of images");
        assertThat(ImageStore.openOrCreate(Files.createDirectory(scratch.resolve("empty")))
                        .list())
                .isEmpty();
    }
}
