package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.model.After;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that cannot be used, and ids that are taken: one of the reader's answers, and nothing is left running. */
class BadImageTest {
    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("restores need root").isTrue();
    }

    @Test
    void whatIsNoImage() throws Exception {
        answers(Files.createFile(scratch.resolve("empty")), "truncated image");
        answers(Files.writeString(scratch.resolve("text"), "This is no image.\n".repeat(100)), "corrupt image");
        answers(Path.of("/dev/zero"), "corrupt image");
        answers(Path.of("/dev/null"), "truncated image");
        answers(scratch.resolve("nothing"), "no such file or directory");
    }

    @Test
    void whatIsAnImageNoMore() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Path image = scratch.resolve("image");
            Library.checkpoint(guest.pid(), image, After.KILL);
            Tasks.awaitEnd(guest.pid(), Duration.ofSeconds(10));
            byte[] good = Files.readAllBytes(image);
            for (int length : new int[] {7, 100, good.length / 2, good.length - 1}) {
                answers(
                        Files.write(scratch.resolve("cut"), Arrays.copyOf(good, length)),
                        "truncated image",
                        guest.pid());
            }
            for (int at : new int[] {200, good.length / 2, good.length - 20}) {
                byte[] flipped = good.clone();
                flipped[at] ^= 0x10;
                answers(Files.write(scratch.resolve("flipped"), flipped), "corrupt image", guest.pid());
                assertThat(Tasks.isAlive(guest.pid())).as("it is left running").isFalse();
            }
        }
    }

    private void answers(Path image, String answer) throws Exception {
        answers(image, answer, 0);
    }

    // The seed of a detached restore that came to nothing is an orphan: ours to reap.
    private void answers(Path image, String answer, int seed) throws Exception {
        for (String[] command : new String[][] {{"show"}, {"restore", "-d"}, {"restore"}}) {
            String[] whole = Arrays.copyOf(command, command.length + 1);
            whole[command.length] = image.toString();
            Tool.Outcome outcome = Tool.run(whole);
            assertThat(outcome.status()).isEqualTo(whole.length == 2 && whole[0].equals("restore") ? 125 : 1);
            assertThat(outcome.err()).startsWith("reprise: ").contains(answer).hasLineCount(1);
            assertThat(outcome.out()).isEmpty();
            if (seed != 0) {
                Tasks.awaitEnd(seed, Duration.ofSeconds(10));
            }
        }
    }

    @Test
    void aPidThatIsInUseNamesItsHolder() throws Exception {
        Path image = scratch.resolve("image");
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            Library.checkpoint(guest.pid(), image, After.RUN_ON);
            Outside before = Outside.of(guest.pid());
            Tool.Outcome outcome = Tool.run("restore", "-d", image + "").endsWith(1);
            assertThat(outcome.err())
                    .contains(guest.pid() + "", "heap", "--pid-namespace")
                    .hasLineCount(1);
            assertThat(before.differences(Outside.of(guest.pid()), true)).isEmpty();
            guest.passes(guest.pid(), 60_000);
        }
    }
}
