package dev.reprise.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the built tool as a process, as {@code ./reprise} does it, with an AOT cache of these tests' own. */
final class Tool {
    private static final long LIMIT_SECONDS = 120;
    /** What it takes at a load of 20, ten seconds of dry runs included. */
    private static final long WARM_SECONDS = 400;

    private static final Path CACHE = Checkout.ROOT.resolve("acceptance/target/cache");
    private static String warmed = "";
    private static final List<String> JAVA = java();
    private static final List<String> TOOL = tool();

    private Tool() {}

    /** Where these tests keep what the launcher caches. */
    static Path cache() {
        return CACHE;
    }

    /** What a run of the tool came to. */
    record Outcome(List<String> command, int status, String out, String err) {
        /** The run must have ended with 0. */
        Outcome succeeds() {
            return endsWith(0);
        }

        /** The run must have ended with this status. */
        Outcome endsWith(int expected) {
            if (status != expected) {
                throw new AssertionError(shown(command) + " ended with " + status + ", not " + expected + ": " + err);
            }
            return this;
        }
    }

    /** A command line without what is always the same. */
    private static String shown(List<String> command) {
        return String.join(" ", command)
                .replace(String.join(" ", JAVA), "reprise")
                .replace(String.join(" ", TOOL), "reprise")
                .replace("'" + String.join("' '", TOOL) + "'", "reprise");
    }

    static Outcome run(String... arguments) throws IOException, InterruptedException {
        return run(List.of(), arguments);
    }

    /** With more options for Java, such as {@code -Dreprise.steps=count}. */
    static Outcome run(List<String> javaOptions, String... arguments) throws IOException, InterruptedException {
        return run(new ProcessBuilder(command(javaOptions, arguments)));
    }

    /** The whole way, launcher included. */
    static Outcome launch(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(Checkout.ROOT.resolve("reprise").toString()));
        command.addAll(Arrays.asList(arguments));
        return run(new ProcessBuilder(command));
    }

    /** The command line of a run. */
    static List<String> command(List<String> javaOptions, String... arguments) {
        List<String> command = new ArrayList<>(javaOptions.isEmpty() ? TOOL : JAVA);
        command.addAll(1, javaOptions);
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** The same on a new JVM: the checkpoint of the tool is only for whom it was made. */
    static List<String> onJava(String... arguments) {
        List<String> command = new ArrayList<>(JAVA);
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** The same for a shell. */
    static String quoted(String... arguments) {
        return quoted(List.of(), arguments);
    }

    /** With more options for Java. */
    static String quoted(List<String> javaOptions, String... arguments) {
        return "'" + String.join("' '", command(javaOptions, arguments)) + "'";
    }

    /** Runs a prepared command; stdin is empty unless it is redirected. */
    static Outcome run(ProcessBuilder builder) throws IOException, InterruptedException {
        return run(builder, LIMIT_SECONDS);
    }

    private static Outcome run(ProcessBuilder builder, long seconds) throws IOException, InterruptedException {
        Tasks.adoptOrphans();
        Path out = Files.createTempFile("reprise-out-", "");
        Path err = Files.createTempFile("reprise-err-", "");
        try {
            if (builder.redirectInput().equals(ProcessBuilder.Redirect.PIPE)) {
                builder.redirectInput(Path.of("/dev/null").toFile());
            }
            if (builder.redirectOutput().equals(ProcessBuilder.Redirect.PIPE)) {
                builder.redirectOutput(out.toFile());
            }
            builder.redirectError(err.toFile());
            environment(builder);
            Process process = Births.start(builder);
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                String state = Tasks.describe((int) process.pid());
                process.destroyForcibly().waitFor();
                throw new AssertionError(builder.command() + " has not ended after " + seconds + " s: "
                        + Files.readString(err, StandardCharsets.ISO_8859_1) + state);
            }
            return new Outcome(
                    builder.command(),
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.ISO_8859_1),
                    Files.readString(err, StandardCharsets.ISO_8859_1));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** Maven is building, so the launcher must not; no option from outside gets in the way of the cache. */
    static void environment(ProcessBuilder builder) {
        builder.environment().keySet().removeIf(name -> name.endsWith("JAVA_OPTIONS") || name.endsWith("TOOL_OPTIONS"));
        builder.environment().put("REPRISE_IN_BUILD", "1");
        builder.environment().put("XDG_CACHE_HOME", CACHE + "");
    }

    // The tool as the launcher's fast way starts it: a checkpoint of itself, unless -Dreprise.jvm=true.
    private static List<String> tool() {
        if (Boolean.getBoolean("reprise.jvm") || !Tasks.isRoot()) {
            return JAVA;
        }
        try (Stream<Path> files = Files.walk(CACHE.resolve("reprise/self"))) {
            Path self = files.filter(file -> file.endsWith("run"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(warmed));
            return List.of(self.toString());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // What the launcher's slow way would run: the last command of its trace.
    private static List<String> java() {
        try {
            Files.createDirectories(CACHE);
            warmed = run(new ProcessBuilder(Checkout.ROOT.resolve("reprise").toString(), "warm"), WARM_SECONDS)
                    .succeeds()
                    .err();
            String launcher = Checkout.ROOT.resolve("tools/launch.bash").toString();
            String trace =
                    run(new ProcessBuilder("bash", "-x", launcher, "--version")).err();
            String exec = trace.lines()
                    .filter(line -> line.startsWith("+ exec ") && line.contains("/bin/java "))
                    .reduce((a, b) -> b)
                    .orElseThrow(() -> new AssertionError("the launcher runs no Java:\n" + trace));
            List<String> words = List.of(exec.substring("+ exec ".length()).split(" "));
            return words.subList(0, words.indexOf("-m") + 2);
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }
}
