package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.model.After;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A tool that is short of something its machine usually has: a good image, or one line; the program goes on as it was. */
class ShortOfThingsTest {
    // It failed, refused by name (another mount namespace), or could not even begin (the tool is an executable
    // checkpoint).
    private static final List<Integer> FAILURES = List.of(1, 3, 127);

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    /** The program and the tool in a mount namespace in which it is so. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no /dev/shm      | umount -l /dev/shm",
                // the checkout itself may be there
                "read-only /tmp   | mount --bind /tmp /tmp; mount --bind $0 $0; mount -o remount,ro,bind /tmp",
                "nothing in /tmp  | exec 9<$0; mount -t tmpfs -o size=4k none /tmp; mkdir -p $0; mount -c --bind /proc/self/fd/9 $0; exec 9<&-",
            })
    void whatIsMissingIsNotNeeded(String what, String change) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(Checkout.ROOT.resolve(
                "acceptance/target/short-" + ProcessHandle.current().pid()));
        try (RealProgram program = RealProgram.start(
                directory,
                "unshare -m --propagation private bash -c '" + change + "; exec sleep 1000' " + Checkout.ROOT)) {
            Path image = directory.resolve("image");
            RealProgram.await(
                    "its own program",
                    () -> Files.readString(Path.of("/proc/" + program.pid() + "/comm"))
                            .equals("sleep\n"));
            String tool = Tool.quoted("checkpoint", "--sync=no", "-o", image + "", program.pid() + "");
            Tool.run(new ProcessBuilder("bash", "-c", "exec nsenter --mount -t " + program.pid() + " " + tool))
                    .succeeds();
            assertThat(image).as(what).exists();
            assertThat(Tasks.state(program.pid())).isEqualTo('S');
        } finally {
            Tool.run(new ProcessBuilder("rm", "-r", directory.toString())).succeeds();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "thirty descriptors   | prlimit --nofile=30:30",
                "eight descriptors    | prlimit --nofile=8:8",
                "no /dev/shm          | unshare -m sh -c 'umount -l /dev/shm; mount -t tmpfs -o ro none /dev/shm; exec \"$@\"' sh",
                "a read-only /tmp     | unshare -m sh -c 'mount --bind /tmp /tmp; mount -o remount,ro,bind /tmp; exec \"$@\"' sh",
                "no files above 64 KiB| prlimit --fsize=65536:65536",
            })
    void itSaysWhatIsShort(String what, String limits) throws IOException, InterruptedException {
        try (RunningGuest guest = RunningGuest.start(Guest.named("self_checker.nanosleep"))) {
            long start = System.nanoTime();
            Outside before = Outside.of(guest.pid()).ofMoving();
            Path image = Checkout.ROOT.resolve("acceptance/target/short." + guest.pid());
            Tool.Outcome outcome = Tool.run(new ProcessBuilder(
                    "bash",
                    "-c",
                    "exec " + limits + " "
                            + Tool.quoted("checkpoint", "--sync=no", "-o", image + "", guest.pid() + "")));
            boolean isTaken = image.toFile().delete();
            assertThat(outcome.status()).as(what + ": " + outcome.err()).isIn(isTaken ? List.of(0) : FAILURES);
            if (!isTaken) {
                assertThat(outcome.err()).startsWith("reprise: ").doesNotContain("Exception");
            }
            assertThat(image.getParent().toFile().list((_, name) -> name.contains(image.getFileName() + "")))
                    .as("what is left of it")
                    .isEmpty();
            assertThat(before.differences(Outside.of(guest.pid()).ofMoving(), true))
                    .isEmpty();
            assertThat(Vitals.of(guest.scratch()).wrong()).isEmpty();
            Library.checkpoint(guest.pid(), scratch.resolve("image"), After.RUN_ON);
            guest.passes(guest.pid(), (System.nanoTime() - start) / 1_000_000 + 1);
        }
    }
}
