package dev.reprise.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/** Whether a program is left alone by us: not traced, not stopped, without a mapping of ours. */
final class LeftAlone {
    private static final Pattern HELD = Pattern.compile("(?m)^TracerPid:\t(?!0$)|^State:\t[tT]");
    private static final String OUR_SEGMENT = "/SYSV5250";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private LeftAlone() {}

    /** A process and all below it must be, in a moment. */
    static void require(int pid) throws IOException, InterruptedException {
        require(pid, false);
    }

    /** The same when the tool may have been killed, whose mapping stays until the next checkpoint. */
    static void require(int pid, boolean mayHaveMapping) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (int one : Tasks.family(pid)) {
            while (!is(Path.of("/proc/" + one), mayHaveMapping)) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(one + " is not left alone: " + Tasks.describe(one)
                            + text(Path.of("/proc/" + one + "/maps"))
                                    .lines()
                                    .filter(line -> line.contains("SYSV"))
                                    .toList());
                }
                Thread.sleep(2);
            }
        }
    }

    private static boolean is(Path process, boolean mayHaveMapping) throws IOException {
        try {
            return (mayHaveMapping || !text(process.resolve("maps")).contains(OUR_SEGMENT))
                    && !HELD.matcher(text(process.resolve("status"))).find();
        } catch (IOException ended) {
            if (Files.exists(process)) {
                throw ended;
            }
            return true;
        }
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
}
