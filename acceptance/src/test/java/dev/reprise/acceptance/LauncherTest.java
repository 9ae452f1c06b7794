package dev.reprise.acceptance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./reprise}: when it builds, which cache it trusts, what it passes through. */
class LauncherTest {
    private static final Path ROOT = findRoot();
    private static final Instant BUILT = Instant.parse("2026-01-01T12:00:00Z");
    private static final Instant BEFORE = BUILT.minusMillis(1);
    private static final Instant AFTER = BUILT.plusMillis(1);

    @TempDir
    Path scratch;

    private record Outcome(int status, String out, String err) {}

    /** A checkout with one source in one directory, as tools/assemble.bash leaves it. */
    @BeforeEach
    void makeCheckout() throws IOException {
        Files.createDirectories(scratch.resolve(".reprise/app/digest"));
        Files.createDirectories(scratch.resolve("src"));
        touch("src/A.java", BEFORE);
        touch("src", BEFORE);
        Files.writeString(scratch.resolve(".reprise/sources"), "src\nsrc/A.java\n");
        Files.writeString(scratch.resolve(".reprise/current"), "digest\n" + scratch.toRealPath() + "\n");
        touch(".reprise/current", BUILT);
    }

    @Test
    void anUntouchedCheckoutIsFresh() throws Exception {
        assertThat(isFresh()).isTrue();
    }

    @Test
    void anEditedSourceIsBuiltAgain() throws Exception {
        touch("src/A.java", AFTER);
        assertThat(isFresh()).isFalse();
    }

    @Test
    void anAddedSourceIsBuiltAgain() throws Exception {
        touch("src/B.java", BEFORE);
        touch("src", AFTER);
        assertThat(isFresh()).isFalse();
    }

    @Test
    void aRemovedSourceIsBuiltAgain() throws Exception {
        Files.delete(scratch.resolve("src/A.java"));
        assertThat(isFresh()).isFalse();
    }

    @Test
    void aMovedCheckoutIsBuiltAgain() throws Exception {
        Files.writeString(scratch.resolve(".reprise/current"), "digest\n/elsewhere\n");
        assertThat(isFresh()).isFalse();
    }

    @Test
    void aCheckoutThatWasNeverBuiltIsBuilt() throws Exception {
        Files.delete(scratch.resolve(".reprise/current"));
        assertThat(isFresh()).isFalse();
    }

    @Test
    void outputErrorsAndStatusAreTheTools() throws Exception {
        var version = reprise(Map.of(), "--version");
        assertThat(version).isEqualTo(new Outcome(0, version.out, ""));
        assertThat(version.out).startsWith("reprise ").hasLineCount(1);

        var wrong = reprise(Map.of(), "--no-such-option");
        assertThat(wrong.status).isEqualTo(2);
        assertThat(wrong.out).isEmpty();
        assertThat(wrong.err).contains("--no-such-option");
    }

    @Test
    void aUselessJavaHomeIsPassedOver() throws Exception {
        assertThat(reprise(Map.of("JAVA_HOME", "/nonexistent"), "--version").status)
                .isZero();
    }

    @Test
    void aCacheIsMadeOnceAndUsed() throws Exception {
        var cache = Map.of("XDG_CACHE_HOME", scratch.toString());
        assertThat(reprise(cache, "warm").status).isZero();
        var made = caches();
        assertThat(made).hasSize(1);
        var time = Files.getLastModifiedTime(made.getFirst());

        assertThat(reprise(cache, "warm").status).isZero();
        assertThat(Files.getLastModifiedTime(made.getFirst())).isEqualTo(time);
        assertThat(traceOf(cache)).contains("-XX:AOTCache=" + made.getFirst());
    }

    @Test
    void aCacheThatOthersCouldHaveWrittenIsNotUsed() throws Exception {
        var cache = Map.of("XDG_CACHE_HOME", scratch.toString());
        assertThat(reprise(cache, "warm").status).isZero();
        Files.setPosixFilePermissions(caches().getFirst(), PosixFilePermissions.fromString("rw-rw-r--"));
        assertThat(traceOf(cache)).doesNotContain("-XX:AOTCache=");
    }

    @Test
    void aDirectoryThatOthersCanWriteToGetsNoCache() throws Exception {
        var directory = Files.createDirectory(scratch.resolve("reprise"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        var outcome = reprise(Map.of("XDG_CACHE_HOME", scratch.toString()), "warm");
        assertThat(outcome.status).isEqualTo(1);
        assertThat(outcome.err).contains("not ours alone").hasLineCount(1);
        assertThat(directory).isEmptyDirectory();
    }

    private List<Path> caches() throws IOException {
        try (var files = Files.list(scratch.resolve("reprise"))) {
            return files.filter(file -> file.toString().endsWith(".aot")).toList();
        }
    }

    /** The commands that the launcher runs, the last of them Java. */
    private String traceOf(Map<String, String> environment) throws Exception {
        return run(environment, List.of("bash", "-x", ROOT.resolve("tools/launch.bash") + "", "--version")).err;
    }

    private boolean isFresh() throws Exception {
        var script = "here=$1; source \"$2/tools/fresh.bash\"; is_fresh";
        return run(Map.of(), List.of("bash", "-uc", script, "-", scratch.toRealPath() + "", ROOT + "")).status == 0;
    }

    private Outcome reprise(Map<String, String> environment, String argument) throws Exception {
        return run(environment, List.of(ROOT.resolve("reprise").toString(), argument));
    }

    private Outcome run(Map<String, String> environment, List<String> command) throws Exception {
        assumeThat(ROOT.resolve(".reprise/current"))
                .as("cli is packaged before these tests run: mvnw verify, not mvnw test")
                .exists();
        var err = scratch.resolve("err");
        var builder = new ProcessBuilder(new ArrayList<>(command)).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.endsWith("JAVA_OPTIONS") || name.endsWith("TOOL_OPTIONS"));
        builder.environment().put("REPRISE_IN_BUILD", "1"); // Maven is building: the launcher must not
        builder.environment().put("REPRISE_NO_SELF", "1"); // SelfTest is about that
        builder.environment().putAll(environment);
        var process = builder.start();
        process.getOutputStream().close();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), out, Files.readString(err));
    }

    private void touch(String path, Instant time) throws IOException {
        var file = scratch.resolve(path);
        if (!Files.exists(file)) {
            Files.createFile(file);
        }
        Files.setLastModifiedTime(file, FileTime.from(time));
    }

    private static Path findRoot() {
        var directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("mvnw"))) {
            directory = requireNonNull(directory.getParent(), "these tests run inside a checkout");
        }
        return directory;
    }
}
