package dev.reprise.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What the command line costs before and beside its work, in each way of starting it. */
final class Startup {
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
        new ToolWay(options, scratch, ToolWay.How.SELF).warmUp(1, scratch);
        for (int i = 0; i < ROUNDS; i++) {
            samples.add(WHAT.get(0) + ToolWay.How.COLD.suffix(), java());
            for (ToolWay.How how : ToolWay.How.values()) {
                round(new ToolWay(options, scratch, how), how.suffix());
            }
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
