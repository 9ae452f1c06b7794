package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real zstd, lz4 and age, and a socket, on an image's way: between our ends, and at either of them. */
class FilterProgramsTest {
    private static final String GUEST = "big.64.small";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long AWAY_MILLIS = 60_000;

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zstd -q -1 | zstd -dc",
                "lz4 -q | lz4 -dc",
                "gzip -1 | gzip -d",
                "zstd -q -1 | age -e -i $KEY | age -d -i $KEY | zstd -dc",
                // a socket, by which the image is whole when one end is closed
                "python3 $RELAY",
                // what we read ourselves
                "zstd -q -1",
                "zstd -q -T2 -3",
                "lz4 -q",
                "lz4 -q -BD -B4",
                "lz4 -q -BX -B7",
                "lz4 -q | zstd -q",
            })
    void goesThrough(String filters) throws Exception {
        String prepared = prepared(filters);
        try (RunningGuest guest = RunningGuest.start(Guest.named(GUEST))) {
            restored(guest, Tool.quoted("checkpoint", "--kill", guest.pid() + "") + " | " + prepared);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zstd | zstd -dc",
                "lz4 | lz4 -dc",
                "zstd | zstd -q -dc | lz4 -q",
                "lz4 | age -e -i $KEY | age -d -i $KEY"
            })
    void ourOwnIsReadByOthers(String filters) throws Exception {
        String method = filters.substring(0, filters.indexOf(' '));
        String prepared = prepared(filters.substring(filters.indexOf('|') + 1));
        try (RunningGuest guest = RunningGuest.start(Guest.named(GUEST))) {
            restored(
                    guest,
                    Tool.quoted("checkpoint", "--kill", "--compress", method, guest.pid() + "") + " | " + prepared);
        }
    }

    @Test
    void filesAreThoseOfThePrograms() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named("heap"))) {
            for (String method : new String[] {"zstd", "lz4"}) {
                Path packed = scratch.resolve("image." + method);
                Path plain = scratch.resolve("plain");
                Path ours = scratch.resolve("ours");
                Tool.run("checkpoint", "--compress", method, "-o", packed + "", guest.pid() + "")
                        .succeeds();
                shell(method + " -q -t " + packed + " && " + method + " -q -dc " + packed + " > " + plain);
                assertThat(Tool.run("verify", plain + "").succeeds().out()).startsWith("good");
                Tool.run("cp", "--compress=none", packed + "", ours + "").succeeds();
                assertThat(ours).hasSameBinaryContentAs(plain);
                for (String level : new String[] {"-1", "-9"}) {
                    shell(method + " -q -f " + level + " -c " + plain + " > " + packed);
                    Tool.run("cp", "--compress=none", packed + "", ours + "").succeeds();
                    assertThat(ours).hasSameBinaryContentAs(plain);
                }
            }
            guest.passes(guest.pid(), AWAY_MILLIS);
        }
    }

    /** A filter that breaks off in the middle: no program is started. */
    @Test
    void whatBreaksOffStartsNothing() throws Exception {
        try (RunningGuest guest = RunningGuest.start(Guest.named(GUEST))) {
            Path image = scratch.resolve("image");
            Tool.run("checkpoint", "--kill", "-o", image + "", guest.pid() + "").succeeds();
            Tasks.awaitEnd(guest.pid(), PATIENCE);
            for (String cut : new String[] {"zstd -q -1 -c", "lz4 -q -c", "cat"}) {
                Tool.Outcome outcome = Tool.run(new ProcessBuilder(
                        "bash", "-c", cut + " " + image + " | head -c 20000000 | " + Tool.quoted("restore", "-d")));
                assertThat(outcome.status()).isEqualTo(1);
                assertThat(outcome.err()).contains("truncated image").hasLineCount(1);
                Tasks.awaitEnd(guest.pid(), PATIENCE);
                assertThat(Tasks.isAlive(guest.pid())).isFalse();
            }
        }
    }

    private String prepared(String filters) throws Exception {
        Path key = scratch.resolve("key");
        Path relay = scratch.resolve("relay.py");
        if (filters.contains("$KEY")) {
            shell("age-keygen -o " + key + " 2>/dev/null");
        }
        Files.writeString(relay, """
                import os, shutil, socket, sys
                listener = socket.create_server(('127.0.0.1', 0))
                if os.fork() == 0:
                    out = socket.create_connection(listener.getsockname())
                    listener.close()
                    shutil.copyfileobj(sys.stdin.buffer, out.makefile('wb'))
                    out.shutdown(socket.SHUT_WR)
                    os._exit(0)
                os.close(0)
                incoming, _ = listener.accept()
                shutil.copyfileobj(incoming.makefile('rb'), sys.stdout.buffer)
                sys.stdout.buffer.flush()
                os.wait()
                """);
        return filters.replace("$KEY", key + "").replace("$RELAY", relay + "");
    }

    private void restored(RunningGuest guest, String source) throws Exception {
        Path number = scratch.resolve("pid");
        Pipeline.run(guest, source + " | " + Tool.quoted("restore", "-d", "--pidfile", number + ""));
        guest.passes(Integer.parseInt(Files.readString(number).strip()), AWAY_MILLIS);
    }

    private static void shell(String script) throws Exception {
        Tool.run(new ProcessBuilder("bash", "-c", script)).succeeds();
    }
}
