package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.model.After;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Executables of C with threads, of Python and of a JVM with an HTTP server: whoever starts them, wherever, again and again. */
@Isolated
class ExecutableTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TIMES = Boolean.getBoolean("reprise.long") ? 200 : 5;
    private static final int COPIES = 4;
    private static final int ELF_HEADER = 64;
    private static final int ELF_PADDING = 10;
    private static final List<String> GUESTS =
            List.of("vector_registers.avx", "robust_list", "python_threads", "HttpCounter", "HttpCounter.Serial");

    /** Programs that everybody can read. */
    private static final Map<String, String> RUNNERS = Map.of("python3", "/usr/bin/python3");

    /** Lines of shell that execute the file {@code $0}. */
    private static final List<String> LINES = List.of(
            "exec setpriv --reuid nobody --regid nogroup --clear-groups --no-new-privs \"$0\"",
            "exec setarch -R \"$0\"",
            "exec setarch -L \"$0\"",
            "exec \"$0\" <&- >&- 2>&-",
            "for i in {1..60}; do export FILL$i=$(printf %020000d 0); done; exec \"$0\" {1..5000}",
            "ulimit -s 1024; ulimit -c 0; exec \"$0\"",
            "cd /; umask 077; exec env -i \"$0\"");

    @TempDir(factory = PublicDirectory.class)
    Path directory;

    @BeforeEach
    void requireRoot() {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
    }

    static Stream<Arguments> guestsAndLines() {
        return GUESTS.stream().flatMap(guest -> LINES.stream().map(line -> Arguments.of(guest, line)));
    }

    @ParameterizedTest
    @MethodSource("guestsAndLines")
    void whoeverStartsIt(String name, String line) throws IOException, InterruptedException {
        try (RunningGuest guest = start(name)) {
            Path app = executable(guest, guest.pid(), "app");
            guest.passesExecuted(guest.execute(app, line), 0);
        }
    }

    @ParameterizedTest
    @MethodSource("guests")
    void underALimitOfMemory(String name) throws IOException, InterruptedException {
        Path group = Path.of(
                "/sys/fs/cgroup/memory/reprise-test-" + ProcessHandle.current().pid());
        Files.createDirectories(group);
        try (RunningGuest guest = start(name)) {
            Files.writeString(group.resolve("memory.limit_in_bytes"), "192M");
            Path app = executable(guest, guest.pid(), "app");
            guest.passesExecuted(guest.execute(app, "echo $$ >" + group + "/cgroup.procs && exec \"$0\""), 0);
            assertThat(Files.readString(group.resolve("memory.max_usage_in_bytes"))
                            .strip())
                    .isNotEqualTo("0");
        } finally {
            Files.delete(group);
        }
    }

    @ParameterizedTest
    @MethodSource("guests")
    void tooLittleAddressSpaceIsSaidInOneLine(String name) throws IOException, InterruptedException {
        try (RunningGuest guest = start(name)) {
            Path app = executable(guest, guest.pid(), "app");
            Tool.Outcome outcome =
                    Tool.run(new ProcessBuilder("bash", "-c", "ulimit -v 3000; exec \"$0\"", app.toString()));
            assertThat(outcome.status()).isEqualTo(127);
            assertThat(outcome.err())
                    .startsWith("reprise: ")
                    .contains("cannot allocate memory")
                    .hasLineCount(1);
            guest.passesExecuted(guest.execute(app), 0);
        }
    }

    @ParameterizedTest
    @MethodSource("guests")
    void againAndAgain(String name) throws IOException, InterruptedException {
        try (RunningGuest guest = start(name)) {
            Path app = executable(guest, guest.pid(), "app");
            Map<Path, byte[]> files = files(guest.scratch());
            for (int i = 0; i < TIMES; i++) {
                guest.passesExecuted(guest.execute(app), 0);
                guest.forget();
                for (Map.Entry<Path, byte[]> file : files.entrySet()) {
                    Files.write(file.getKey(), file.getValue());
                }
            }
        }
    }

    // What it has written is not in the image.
    private static Map<Path, byte[]> files(Path scratch) throws IOException {
        Map<Path, byte[]> files = new HashMap<>();
        try (Stream<Path> all = Files.walk(scratch)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(file, Files.readAllBytes(file));
            }
        }
        return files;
    }

    @ParameterizedTest
    @MethodSource("guests")
    void oneOfOneOfOne(String name) throws IOException, InterruptedException {
        try (RunningGuest guest = start(name)) {
            Path app = executable(guest, guest.pid(), "app");
            for (int generation = 1; generation <= 3; generation++) {
                int executed = guest.execute(app);
                RealProgram.await("its threads", () -> isThere(executed));
                app = executable(guest, executed, "app" + generation);
            }
            guest.passesExecuted(guest.execute(app), 0);
        }
    }

    // The stub has gone over to the program when its name is no longer the file's.
    private static boolean isThere(int pid) throws IOException {
        return !Files.readString(Path.of("/proc/" + pid + "/comm")).startsWith("app")
                && !Files.readString(Path.of("/proc/" + pid + "/comm")).startsWith("bash");
    }

    // The vdso that it compares this kernel's with is changed in the file: at a place that nobody reads.
    @ParameterizedTest
    @ValueSource(strings = {"python_threads", "HttpCounter"})
    void onAnotherKernelItsVdsoMakesSystemCalls(String name) throws IOException, InterruptedException {
        try (RunningGuest guest = start(name)) {
            Path app = executable(guest, guest.pid(), "app");
            byte[] content = Files.readAllBytes(app);
            byte[] vdso = vdsoHeader();
            int changed = 0;
            for (int at = 0; at <= content.length - ELF_HEADER; at += Long.BYTES) {
                if (Arrays.equals(content, at, at + ELF_HEADER, vdso, 0, ELF_HEADER)) {
                    content[at + ELF_PADDING] ^= 1;
                    changed++;
                }
            }
            assertThat(changed).isPositive();
            Files.write(app, content);
            guest.passesExecuted(guest.execute(app), 0);
        }
    }

    private static byte[] vdsoHeader() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(mapping -> mapping.endsWith("[vdso]"))
                .findFirst()
                .orElseThrow();
        try (RandomAccessFile memory = new RandomAccessFile("/proc/self/mem", "r")) {
            memory.seek(Long.parseLong(line.substring(0, line.indexOf('-')), 16));
            byte[] header = new byte[ELF_HEADER];
            memory.readFully(header);
            return header;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector_registers.avx", "robust_list", "HttpCounter"})
    void copiesAtOnce(String name) throws IOException, InterruptedException {
        try (RunningGuest guest = start(name)) {
            Path app = executable(guest, guest.pid(), "app");
            List<Integer> copies = new ArrayList<>();
            for (int i = 0; i < COPIES; i++) {
                copies.add(guest.execute(app, inItsOwn(copyOf(guest.scratch(), i), guest.scratch())));
            }
            for (int i = 0; i < COPIES; i++) {
                Path go = directory.resolve("copy" + i).resolve("go");
                Files.writeString(go.resolveSibling("go.part"), "away_ms=0\nexecutable=1\n");
                Files.move(go.resolveSibling("go.part"), go);
            }
            for (int i = 0; i < COPIES; i++) {
                assertThat(Tasks.awaitEnd(copies.get(i), PATIENCE)).isIn(0, Tasks.UNKNOWN);
                assertThat(directory.resolve("copy" + i).resolve("result")).hasContent("PASS");
            }
        }
    }

    private Path copyOf(Path scratch, int number) throws IOException {
        Path copy = Files.createDirectory(directory.resolve("copy" + number));
        for (Map.Entry<Path, byte[]> file : files(scratch).entrySet()) {
            Files.write(copy.resolve(scratch.relativize(file.getKey())), file.getValue());
        }
        return copy;
    }

    // Each listens on the port, and writes the files.
    private static String inItsOwn(Path copy, Path scratch) {
        String prepare = "mount --bind " + copy + " " + scratch + " && ip link set lo up && exec \"$0\"";
        return "exec unshare --net --mount bash -c '" + prepare + "' \"$0\"";
    }

    static Stream<String> guests() {
        return GUESTS.stream();
    }

    // Everybody may run it, and work in its directory.
    private RunningGuest start(String name) throws IOException, InterruptedException {
        Guest named = Guest.named(name);
        Path program = directory.resolve(named.program());
        Files.copy(Checkout.GUESTS.resolve(named.program()), program, StandardCopyOption.COPY_ATTRIBUTES);
        RunningGuest guest = RunningGuest.start(new Guest(
                name,
                RUNNERS.getOrDefault(named.runner(), named.runner()),
                program.toString(),
                named.arguments(),
                named.needs(),
                named.optOuts()));
        try (Stream<Path> files = Files.walk(guest.scratch())) {
            for (Path file : files.toList()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxrwx"));
            }
        }
        return guest;
    }

    private Path executable(RunningGuest guest, int pid, String name) throws IOException, InterruptedException {
        Path app = directory.resolve(name);
        Library.executable(pid, app, After.KILL);
        Tasks.awaitEnd(pid, PATIENCE);
        Files.setPosixFilePermissions(app, PosixFilePermissions.fromString("rwxr-xr-x"));
        return app;
    }
}
