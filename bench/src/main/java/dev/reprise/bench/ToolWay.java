package dev.reprise.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The real command line, launcher and JVM included, seen as a whole process. */
final class ToolWay implements Way {
    private final Path launcher;
    private final Path cache;
    private final Path stats;
    private final Path output;
    private final boolean sync;
    private boolean cached = true;

    ToolWay(Options options, Path scratch) {
        this.launcher = options.checkout().resolve("reprise");
        this.cache = scratch.resolve("cache");
        this.stats = scratch.resolve("stats.json");
        this.output = scratch.resolve("output");
        this.sync = options.sync();
    }

    /** The same without an AOT cache, and without making one. */
    ToolWay withoutCache() {
        cached = false;
        return this;
    }

    @Override
    public void warmUp(int rounds, Path scratch) throws IOException, InterruptedException {
        if (cached) {
            run("warm");
        }
    }

    @Override
    public Cost checkpoint(int pid, Path image, boolean kill, Samples samples)
            throws IOException, InterruptedException {
        List<String> words =
                new ArrayList<>(List.of("checkpoint", "-o", image.toString(), "--stats", stats.toString()));
        if (kill) {
            words.add("--kill");
        }
        words.add(sync ? "--sync=yes" : "--sync=no");
        words.add(Integer.toString(pid));
        double wallMs = run(words.toArray(String[]::new));
        return new Cost(wallMs, stat("frozen_ms"));
    }

    @Override
    public Cost restore(Path image, Samples samples) throws IOException, InterruptedException {
        double wallMs = run("restore", "-d", "--stats", stats.toString(), image.toString());
        return new Cost(wallMs, stat("restore_ms"));
    }

    /** Milliseconds from the start of a process to its end. */
    double run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output.toFile())
                .redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.endsWith("JAVA_OPTIONS") || name.endsWith("TOOL_OPTIONS"));
        Path home = cached ? cache : cache.resolveSibling("no-cache");
        environment.put("XDG_CACHE_HOME", Files.createDirectories(home).toString());
        if (!cached) {
            environment.put("REPRISE_IN_BUILD", "1"); // then the launcher makes no cache by itself
        }
        long start = System.nanoTime();
        int status = builder.start().waitFor();
        double wallMs = (System.nanoTime() - start) / 1e6;
        if (status != 0) {
            throw new IOException(command + " ended with " + status + ": "
                    + Files.readString(output).strip());
        }
        return wallMs;
    }

    private double stat(String name) throws IOException {
        String json = Files.readString(stats);
        int from = json.indexOf(':', json.indexOf('"' + name + '"')) + 1;
        int to = from;
        while (",}\n".indexOf(json.charAt(to)) < 0) {
            to++;
        }
        return Double.parseDouble(json.substring(from, to).strip());
    }
}
