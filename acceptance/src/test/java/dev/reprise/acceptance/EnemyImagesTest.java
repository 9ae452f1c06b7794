package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.model.After;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Images from an enemy: whatever is in them, who reads, shows, plans or exports one comes to a good image, one of the reader's
 * five answers or a refusal by name, in bounded memory and time; and no text of an image reaches a terminal with control
 * characters in it.
 *
 * <p>By default it is the golden image and always the same mutations of it, in the long form guests' images, too, which differ from run
 * to run. {@code -Dreprise.seed=N} says where the random numbers begin, {@code -Dreprise.enemy=SECONDS} how long it takes (5, in the
 * long form 600).
 */
class EnemyImagesTest {
    private static final long SECONDS = Long.getLong("reprise.enemy", Boolean.getBoolean("reprise.long") ? 600 : 5);
    private static final long SEED = Long.getLong("reprise.seed", 1);
    private static final List<String> GUESTS = Boolean.getBoolean("reprise.long")
            ? List.of(
                    "self_checker.nanosleep",
                    "process_tree",
                    "sockets_between",
                    "pseudoterminals.plain",
                    "shared_memory.memfd",
                    "unix_rights",
                    "sysv_shared_memory")
            : List.of();
    private static final String MEMORY = "-Xmx96m";

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @Test
    void everyReaderNamesWhatIsWrong() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                MEMORY,
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                EnemyImages.class.getName(),
                SEED + "",
                SECONDS + "",
                scratch.toString(),
                Checkout.ROOT
                        .resolve("image/src/test/resources/golden/v1/sample.image")
                        .toString()));
        for (String name : GUESTS) {
            command.add(image(name).toString());
        }
        String keep = System.getProperty("reprise.enemy.keep");
        if (keep != null) {
            for (String name : GUESTS) {
                Files.copy(scratch.resolve(name), Path.of(keep, name));
            }
        }
        Path out = scratch.resolve("out");
        Process process = Births.start(
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()));
        assertThat(process.waitFor(SECONDS + 60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as("seed %d: %s", SEED, Files.readString(out))
                .isZero();
        System.out.println("seed " + SEED + ": " + Files.readString(out));
    }

    private Path image(String name) throws IOException, InterruptedException {
        Path image = scratch.resolve(name);
        try (RunningGuest guest = RunningGuest.start(Guest.named(name))) {
            Library.checkpoint(guest.pid(), image, After.RUN_ON);
        }
        return image;
    }
}
