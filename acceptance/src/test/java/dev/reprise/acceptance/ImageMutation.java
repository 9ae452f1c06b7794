package dev.reprise.acceptance;

import dev.reprise.image.stream.Header;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** What an enemy makes of a good image: bytes turned over, or records changed, moved, doubled and lost with all checksums right. */
final class ImageMutation {
    private static final int RECORD_TYPES = 90;

    private final RandomGenerator random;
    private final StringBuilder done = new StringBuilder();

    ImageMutation(RandomGenerator random) {
        this.random = random;
    }

    /** What was done, in words. */
    @Override
    public String toString() {
        return done.toString();
    }

    byte[] of(byte[] good) {
        if (random.nextInt(20) == 0) {
            return raw(good.clone());
        }
        TakenApart image = TakenApart.of(good);
        List<Long> known = new ArrayList<>();
        image.records.forEach(record -> WireMutation.numbers(record.payload, known));
        int changes = random.nextInt(10) == 0 ? 4 : 1;
        for (int i = 0; i < changes; i++) {
            change(image, known);
        }
        return image.together();
    }

    private byte[] raw(byte[] bytes) {
        int times = 1 + random.nextInt(4);
        for (int i = 0; i < times; i++) {
            int at = random.nextInt(bytes.length);
            bytes[at] = (byte) random.nextInt();
            done.append("byte ").append(at).append("; ");
        }
        return bytes;
    }

    private void change(TakenApart image, List<Long> known) {
        if (image.records.isEmpty()) {
            return;
        }
        int at = random.nextInt(image.records.size());
        TakenApart.Record record = image.records.get(at);
        done.append("record ").append(at).append(" (type ").append(record.type).append(") ");
        switch (random.nextInt(24)) {
            case 0 -> {
                done.append("lost");
                image.records.remove(at);
            }
            case 1 -> {
                done.append("doubled");
                image.records.add(random.nextInt(image.records.size()), record.copy());
            }
            case 2 -> {
                done.append("moved");
                image.records.remove(at);
                image.records.add(random.nextInt(image.records.size() + 1), record);
            }
            case 3 -> {
                record.type = random.nextInt(16, RECORD_TYPES);
                done.append("as type ").append(record.type);
            }
            case 4 -> {
                record.key = known.isEmpty()
                        ? 0
                        : known.get(random.nextInt(known.size())).intValue();
                done.append("under ").append(record.key);
            }
            case 5 -> {
                record.data = new byte[random.nextInt(3) * 4096];
                done.append("with other data");
            }
            case 6 -> header(image);
            default -> payload(record, known);
        }
        done.append("; ");
    }

    private void payload(TakenApart.Record record, List<Long> known) {
        WireMutation mutation = new WireMutation(random, known);
        record.payload = mutation.of(record.payload);
        done.append(mutation.done());
        List<Long> first = new ArrayList<>();
        WireMutation.numbers(record.payload, first);
        // Filed under its new id.
        if (!first.isEmpty() && record.key != 0 && random.nextBoolean()) {
            record.key = first.getFirst().intValue();
        }
    }

    private void header(TakenApart image) {
        Header h = image.header;
        int bit = 1 << random.nextInt(31);
        image.header = switch (random.nextInt(4)) {
            case 0 -> new Header(h.version() ^ bit, h.architecture(), h.pageSize(), 0, 0, h.xcr0(), h.release());
            case 1 -> new Header(h.version(), h.architecture() ^ bit, h.pageSize(), 0, 0, h.xcr0(), h.release());
            case 2 -> new Header(h.version(), h.architecture(), h.pageSize() ^ bit, 0, 0, h.xcr0(), h.release());
            default -> new Header(h.version(), h.architecture(), h.pageSize(), 0, 0, h.xcr0() ^ bit, "\u001b[2J");
        };
        done.append("header");
    }
}
