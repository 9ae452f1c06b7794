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
    private final How how;

    /** How the launcher starts the tool. */
    enum How {
        /** On a JVM without an AOT cache. */
        COLD(" without"),
        /** On a JVM with one. */
        CACHED(" with"),
        /** As a checkpoint of itself. */
        SELF(" self");

        private final String suffix;

        How(String suffix) {
            this.suffix = suffix;
        }

        /** Behind the names of its figures. */
        String suffix() {
            return suffix;
        }
    }

    // The cache is in the checkout: what is in it is executed, which other places may not allow.
    ToolWay(Options options, Path scratch, How how) {
        this.how = how;
        this.launcher = options.checkout().resolve("reprise");
        this.cache = options.checkout().resolve("bench/target/cache");
        this.stats = scratch.resolve("stats.json");
        this.output = scratch.resolve("output");
        this.sync = options.sync();
    }

    @Override
    public void warmUp(int rounds, Path scratch) throws IOException, InterruptedException {
        if (how != How.COLD) {
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
        Path home = how == How.COLD ? cache.resolveSibling("no-cache") : cache;
        environment.put("XDG_CACHE_HOME", Files.createDirectories(home).toString());
        if (how == How.CACHED && !arguments[0].equals("warm")) {
            environment.put("REPRISE_NO_SELF", "1");
        }
        if (how == How.COLD) {
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
