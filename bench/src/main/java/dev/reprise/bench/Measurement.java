package dev.reprise.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One program in one way, round after round, each with its yardstick in the same breath. */
final class Measurement {
    private static final int LEAST_ROUNDS = 3;

    private final Options options;
    private final Target target;
    private final Way way;
    private final Path scratch;

    Measurement(Options options, Target target, Way way, Path scratch) {
        this.options = options;
        this.target = target;
        this.way = way;
        this.scratch = scratch;
    }

    /** What was measured before a failure stays in the samples. */
    void run(Samples samples) throws Exception {
        long deadline = System.nanoTime() + options.secondsPerRow() * 1_000_000_000L;
        for (int i = 0; i < options.rounds(); i++) {
            if (i < LEAST_ROUNDS || System.nanoTime() < deadline) {
                round(samples);
            }
        }
    }

    private void round(Samples samples) throws Exception {
        Path image = scratch.resolve("image");
        try (LiveTarget live = LiveTarget.start(target, options.guests(), scratch)) {
            checkpoint(live, image, samples);
            Files.delete(image);
            List<Integer> family = Orphans.family(live.pid());
            Way.Cost killed = way.checkpoint(live.pid(), image, true, samples);
            samples.add("kill_wall_ms", killed.wallMs());
            samples.add("kill_frozen_ms", killed.ownMs());
            Orphans.awaitEnd(family, Long.MAX_VALUE / 2);
            Yardstick yardstick = Yardstick.measure(image, scratch.resolve("yardstick"), options.sync());
            samples.add("image_mib", yardstick.bytes() / 1048576.0);
            samples.add("read_ms", yardstick.readMs());
            samples.add("write_ms", yardstick.writeMs());
            Way.Cost restored = way.restore(image, samples);
            samples.add("restore_wall_ms", restored.wallMs());
            samples.add("restore_ms", restored.ownMs());
            live.verify();
        } finally {
            Files.deleteIfExists(image);
        }
    }

    private void checkpoint(LiveTarget live, Path image, Samples samples) throws Exception {
        if (target.hasVitals()) {
            samples.add("idle_gap_ms", live.vitals().longestGapMs(() -> {}));
            samples.add(
                    "gap_ms",
                    live.vitals().longestGapMs(() -> add(way.checkpoint(live.pid(), image, false, samples), samples)));
        } else {
            add(way.checkpoint(live.pid(), image, false, samples), samples);
        }
    }

    private static void add(Way.Cost cost, Samples samples) {
        samples.add("wall_ms", cost.wallMs());
        samples.add("frozen_ms", cost.ownMs());
    }
}
