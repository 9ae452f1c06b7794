package dev.reprise.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What the command line costs before and beside its work, with and without an AOT cache. */
final class Startup {
    static final String WITHOUT = " without";
    static final String WITH = " with";
    static final List<String> WHAT = List.of(
            "java --version",
            "reprise --version",
            "reprise checkpoint of sleep: wall",
            "reprise checkpoint of sleep: frozen",
            "reprise restore -d of sleep: wall",
            "reprise restore -d of sleep: restore");
    private static final int ROUNDS = 10;

    private final Options options;
    private final Path scratch;
    private final Samples samples = new Samples();

    Startup(Options options, Path scratch) {
        this.options = options;
        this.scratch = scratch;
    }

    Samples measure() throws IOException, InterruptedException {
        ToolWay with = new ToolWay(options, scratch);
        with.warmUp(1, scratch);
        ToolWay without = new ToolWay(options, scratch).withoutCache();
        for (int i = 0; i < ROUNDS; i++) {
            samples.add(WHAT.get(0) + WITHOUT, java());
            round(without, WITHOUT);
            round(with, WITH);
        }
        return samples;
    }

    // What any JVM with the launcher's flags costs.
    private static double java() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "--version")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        long start = System.nanoTime();
        builder.start().waitFor();
        return (System.nanoTime() - start) / 1e6;
    }

    private void round(ToolWay tool, String how) throws IOException, InterruptedException {
        samples.add(WHAT.get(1) + how, tool.run("--version"));
        Path image = scratch.resolve("image");
        try (LiveTarget sleep = LiveTarget.start(Target.named("sleep"), options.guests(), scratch)) {
            Way.Cost checkpoint = tool.checkpoint(sleep.pid(), image, true, samples);
            samples.add(WHAT.get(2) + how, checkpoint.wallMs());
            samples.add(WHAT.get(3) + how, checkpoint.ownMs());
            Orphans.awaitEnd(sleep.pid(), Long.MAX_VALUE / 2);
            Way.Cost restore = tool.restore(image, samples);
            samples.add(WHAT.get(4) + how, restore.wallMs());
            samples.add(WHAT.get(5) + how, restore.ownMs());
            sleep.verify();
        }
    }
}
