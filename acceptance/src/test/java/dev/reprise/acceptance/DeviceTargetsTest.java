package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device such as /dev/null that is given where a file could be takes what is written; nothing takes its place. */
class DeviceTargetsTest {
    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeTrue(Tasks.isRoot(), "devices are made by root");
    }

    @Test
    void stayWhatTheyAre() throws Exception {
        Path device = scratch.resolve("null");
        Tool.run(new ProcessBuilder("mknod", device + "", "c", "1", "3")).succeeds();
        Path link = Files.createSymbolicLink(scratch.resolve("link"), device);
        String image = scratch.resolve("image") + "";
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            String pid = guest.pid() + "";
            Tool.run("checkpoint", "-o", image, pid).succeeds();
            for (Path target : List.of(device, link)) {
                String to = target + "";
                for (List<String> command : List.of(
                        List.of("checkpoint", "-o", to, pid),
                        List.of("checkpoint", "--compress=lz4", "-o", to, pid),
                        List.of("checkpoint", "--stats", to, "-o", image, pid),
                        List.of("checkpoint", "--executable", "-o", to, pid),
                        List.of("cp", image, to),
                        List.of("cp", "--compress=zstd", image, to),
                        List.of("show", "--html", to, image),
                        List.of("restore", "-d", "--pid-namespace", "--stats", to, "--pidfile", to, image))) {
                    Tool.Outcome outcome = Tool.run(command.toArray(String[]::new));
                    assertThat(kind(device)).as(command + ": " + outcome.err()).isEqualTo("character special file");
                    assertThat(Files.isSymbolicLink(link))
                            .as(command + ": " + outcome.err())
                            .isTrue();
                    if (command.contains("--executable")) {
                        assertThat(outcome.endsWith(1).err()).contains("is no regular file");
                    } else {
                        outcome.succeeds();
                    }
                }
            }
            guest.passes(guest.pid(), 0);
        }
    }

    private static String kind(Path file) throws IOException, InterruptedException {
        return Tool.run(new ProcessBuilder("stat", "-c", "%F", file + ""))
                .succeeds()
                .out()
                .strip();
    }
}
