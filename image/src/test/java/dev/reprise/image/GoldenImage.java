package dev.reprise.image;

import dev.reprise.image.codec.v1.ImageEncoder;
import dev.reprise.image.codec.v1.PagesCodec;
import dev.reprise.image.codec.v1.RecordType;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.stream.Composer;
import dev.reprise.image.stream.DataDigest;
import dev.reprise.image.stream.Header;
import dev.reprise.image.stream.Span;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes {@link SampleImage} as the golden image of the current version; run its main to make the file of a new one. */
public final class GoldenImage {
    private static final String FILE = "src/test/resources/golden/v1/sample.image";

    private final Composer composer = new Composer();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private GoldenImage() {}

    /** Writes the file that is read for ever: only for a new version of the format. */
    public static void main(String[] args) throws IOException {
        Files.write(Path.of(args.length > 0 ? args[0] : FILE), write());
    }

    /** The golden image of version 1, as it was written once. */
    public static byte[] v1() throws IOException {
        return Files.readAllBytes(Path.of(FILE));
    }

    /** The image as the current code writes it. */
    public static byte[] write() {
        return new GoldenImage().compose();
    }

    private byte[] compose() {
        Image image = SampleImage.image();
        composer.header(new Header(
                1,
                Header.X86_64,
                4096,
                0,
                0,
                image.machine().xcr0(),
                image.machine().kernelRelease()));
        ImageEncoder.encode(image, (type, key, payload) -> composer.record(type, 0, key, payload));
        pages(SampleImage.MEMORY, SampleImage.MEMORY_RUNS, SampleImage.page(0));
        pages(SampleImage.SPACE, SampleImage.RUNS.subList(0, 1), SampleImage.page(1), SampleImage.page(2));
        composer.skippable(60_000, 0, 0, new byte[] {1, 2, 3});
        pages(SampleImage.SPACE, SampleImage.RUNS.subList(1, 2), SampleImage.page(3));
        composer.finish();
        take();
        return out.toByteArray();
    }

    private void pages(ObjectId object, List<PageRun> runs, byte[]... pages) {
        long length = (long) pages.length * PageRun.PAGE_SIZE;
        Span span = composer.data(RecordType.PAGES, 0, object.value(), PagesCodec.write(object, runs), length);
        take();
        DataDigest digest = new DataDigest(length, false);
        for (byte[] page : pages) {
            digest.update(ByteBuffer.wrap(page));
            out.writeBytes(page);
        }
        out.writeBytes(composer.digest(span, digest.checksums()).array());
        composer.skip(span);
    }

    private void take() {
        out.writeBytes(composer.take().bytes().array());
    }
}
