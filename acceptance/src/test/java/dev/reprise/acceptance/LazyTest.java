package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that run before their memory is there: what happens to them, and to those who serve it. All guests: {@link Way#LAZY}. */
class LazyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long AWAY_MILLIS = 60_000;
    private static final int DEATHS =
            Integer.getInteger("reprise.deaths", Boolean.getBoolean("reprise.long") ? 200 : 12);
    private static final int NOT_STARTED = 125;

    @TempDir
    Path scratch;

    private final Random random = new Random(Long.getLong("reprise.seed", 1));

    @BeforeEach
    void needRoot() {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
    }

    private Path checkpoint(RunningGuest guest, String... more) throws IOException, InterruptedException {
        Path image = scratch.resolve("image");
        List<String> arguments = new ArrayList<>(List.of("checkpoint", "--kill", "--sync=no", "-o", image + ""));
        arguments.addAll(List.of(more));
        arguments.add(guest.pid() + "");
        Tool.run(arguments.toArray(String[]::new)).succeeds();
        Tasks.awaitEnd(guest.pid(), PATIENCE);
        return image;
    }

    @Test
    void inTheForegroundItEndsAsTheProgramDoes() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
            Path image = checkpoint(guest);
            Path number = scratch.resolve("pid");
            Process tool = Births.start(new ProcessBuilder(
                            Tool.command(List.of(), "restore", "--lazy", "--pidfile", number + "", image + ""))
                    .inheritIO());
            RealProgram.await("the program", () -> Files.exists(number) || !tool.isAlive());
            guest.passes(guest.pid(), AWAY_MILLIS);
            assertThat(tool.waitFor()).isZero();
        }
    }

    // It checks all its memory all the time, and so do its children: what it sees is its own, or it is killed.
    @Test
    void whoServesItTakesItAlong() throws Exception {
        Path script = scratch.resolve("checks.py");
        Files.writeString(script, """
                import os, time
                size = 128 << 20
                memory = bytearray(size)
                for i in range(0, size, 4096):
                    memory[i:i + 8] = (i + 1).to_bytes(8, 'little')
                open('ready', 'w').close()
                while not os.path.exists('go'):
                    time.sleep(.01)
                rounds = 0
                while not os.path.exists('stop'):
                    child = os.fork()
                    for i in range(0, size, 4096):
                        if memory[i:i + 8] != (i + 1).to_bytes(8, 'little'):
                            open('wrong', 'a').write(f'{os.getpid()} {i}\\n')
                            break
                    if child == 0:
                        os._exit(0)
                    os.waitpid(child, 0)
                    rounds += 1
                    with open('rounds.part', 'w') as file:
                        file.write(str(rounds))
                    os.rename('rounds.part', 'rounds')
                """);
        try (RealProgram program = RealProgram.start(scratch, "python3 " + script)) {
            program.awaitSuccess("test -e ready");
            Path image = scratch.resolve("image");
            Set<Integer> sessions = Tasks.sessions(List.of(program.pid()));
            Tool.run("checkpoint", "--kill", "--sync=no", "-o", image + "", program.pid() + "")
                    .succeeds();
            Tasks.awaitEndOf(sessions, PATIENCE);
            Files.createFile(scratch.resolve("go"));
            int killed = 0;
            for (int i = 0; i < DEATHS; i++) {
                Path number = Files.createTempDirectory(scratch, "round").resolve("pid");
                Process tool = Births.start(new ProcessBuilder(Tool.command(
                                List.of(), "restore", "-d", "--lazy", "--pidfile", number + "", image + ""))
                        .inheritIO());
                RealProgram.await("the program", () -> Files.exists(number) || !tool.isAlive());
                String arguments = Tasks.commandLine(program.pid());
                if (tool.isAlive()) {
                    assertThat(arguments).contains(script + "\0");
                }
                TimeUnit.MICROSECONDS.sleep(random.nextInt(100_000));
                tool.destroyForcibly();
                int status = tool.waitFor();
                assertThat(status).isIn(0, 128 + Tasks.SIGKILL);
                if (status == 0 || readsAll(sessions)) {
                    Tasks.inSessions(sessions).forEach(pid -> Tasks.kill(pid, Tasks.SIGKILL));
                } else {
                    killed++;
                }
                Tasks.awaitEndOf(sessions, PATIENCE);
                assertThat(scratch.resolve("wrong")).doesNotExist();
            }
            assertThat(killed).isPositive();
            Files.deleteIfExists(scratch.resolve("rounds"));
            Tool.run("restore", "-d", "--lazy", image + "").succeeds();
            program.awaitSuccess("test -s rounds");
            program.ask("touch stop");
            assertThat(program.awaitEnd()).isIn(0, Tasks.UNKNOWN);
            assertThat(scratch.resolve("wrong")).doesNotExist();
        }
    }

    // A tool that dies when it has served everything leaves a program that reads all of its memory twice.
    private boolean readsAll(Set<Integer> sessions) throws IOException, InterruptedException {
        Path rounds = scratch.resolve("rounds");
        for (int i = 0; i < 2; i++) {
            Files.deleteIfExists(rounds);
            RealProgram.await("an end or a round", () -> Tasks.reaped(sessions) || Files.exists(rounds));
        }
        return Files.exists(rounds);
    }

    @Test
    void aBadImageEndsIt() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
            Path image = checkpoint(guest);
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.seek(file.length() / 2);
                int one = file.read();
                file.seek(file.length() / 2);
                file.write(one ^ 1);
            }
            Tool.Outcome outcome =
                    Tool.run("restore", "-d", "--lazy", image + "").endsWith(1);
            assertThat(outcome.err()).contains("differ from their checksum").hasLineCount(1);
            Tasks.awaitEnd(guest.pid(), PATIENCE);
        }
    }

    @Test
    void whatWasTouchedFirstComesFirst() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("big.64.small"))) {
            Path image = checkpoint(guest);
            Path order = scratch.resolve("order");
            Tool.run("restore", "-d", "--lazy", "--prefetch", order + "", image + "")
                    .succeeds();
            List<String> lines = Files.readAllLines(order);
            assertThat(lines.getFirst()).startsWith("# ");
            assertThat(lines.subList(1, lines.size()))
                    .isNotEmpty()
                    .allMatch(line -> line.matches("[0-9]+ [0-9a-f]+000"));
            Tasks.kill(guest.pid(), Tasks.SIGKILL);
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            Tool.run("restore", "-d", "--lazy", "--prefetch", order + "", image + "")
                    .succeeds();
            assertThat(Files.readAllLines(order)).isEqualTo(lines);
            guest.passes(guest.pid(), AWAY_MILLIS);
            Files.writeString(order, "nonsense\n");
            Tool.Outcome wrong = Tool.run("restore", "--lazy", "--prefetch", order + "", image + "");
            assertThat(wrong.endsWith(NOT_STARTED).err()).contains("line 1 is not");
        }
    }

    @Test
    void whatCannotComeLaterIsRefused() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Path image = checkpoint(guest, "--compress=lz4");
            Tool.Outcome compressed = Tool.run("restore", "-d", "--lazy", image + "");
            assertThat(compressed.endsWith(1).err())
                    .contains("must lie in a plain file")
                    .hasLineCount(1);
            assertThat(Tool.run("restore", "--prefetch", image + "", image + "")
                            .endsWith(2)
                            .err())
                    .contains("--prefetch is for --lazy");
            Tool.Outcome piped = Tool.run(
                    new ProcessBuilder("bash", "-c", Tool.quoted("restore", "-d", "--lazy", "-") + " <" + image));
            assertThat(piped.endsWith(1).err()).contains("must lie in a plain file");
            Tool.run("restore", "-d", image + "").succeeds();
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }
}
