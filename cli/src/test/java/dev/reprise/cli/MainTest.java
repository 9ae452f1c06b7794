package dev.reprise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line makes of its arguments before it does anything. */
class MainTest {
    private record Outcome(int status, String out, String err) {}

    @Test
    void helpAndVersionGoToStdout() {
        assertThat(run("--help").out).contains("checkpoint", "restore, restart", "explain", "show", "check", "demo");
        assertThat(run("help").out).isEqualTo(run("--help").out);
        assertThat(run("-h").status).isZero();
        assertThat(run("--version").out).startsWith("reprise 0");
        assertThat(run("help", "checkpoint").out).isEqualTo(run("checkpoint", "--help").out);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "frobnicate",
                "--frobnicate",
                "checkpoint",
                "checkpoint abc",
                "checkpoint 0",
                "checkpoint -- -5",
                "checkpoint 1 2",
                "checkpoint --kill --stop 1",
                "checkpoint --frobnicate 1",
                "checkpoint --sync=maybe 1",
                "checkpoint --max-pause=20 1",
                "checkpoint --max-pause=0ms 1",
                "checkpoint --max-pause=-5ms 1",
                "checkpoint --max-memory=much 1",
                "checkpoint --max-memory=99999999T 1",
                "checkpoint --rate=0 1",
                "checkpoint --rate=10M --kill 1",
                "checkpoint --stop --max-pause=20ms 1",
                "checkpoint --tcp=keep -o FILE 1",
                "checkpoint --tcp=reset --executable -o FILE 1",
                "checkpoint --progress=loud 1",
                "checkpoint --external=pipe:[1] -o FILE 1",
                "checkpoint --external==cut -o FILE 1",
                "checkpoint --external=pipe:[1]=keep -o FILE 1",
                "checkpoint --external=pipe:[1]=cut --external=pipe:[1]=inherit -o FILE 1",
                "restore --inherit=5 IMAGE",
                "restore --inherit=0=pipe:[1] -",
                "restore --inherit=5= IMAGE",
                "restore --inherit=pipe:[1]=5 IMAGE",
                "restore --inherit=5=pipe:[1] --inherit=6=pipe:[1] IMAGE",
                "checkpoint -o",
                "checkpoint 99999999999",
                "restore --clock=none IMAGE",
                "restore IMAGE IMAGE",
                "restart --frobnicate",
                "explain",
                "explain 0",
                "show",
                "show --xml IMAGE",
                "check now",
                "verify",
                "list all",
                "cp mem:a",
                "cp mem:/a /dev/null",
                "rm",
                "rm image",
                "rm mem:../a",
                "restore mem:",
                "checkpoint -o mem:.a 1",
                "gc",
                "gc image",
                "gc store:/tmp/a::b",
                "rm store:/tmp/a",
                "list store:/tmp/a::b",
                "restore store:",
                "restore store:/tmp/a::.b",
                "checkpoint --compress=lz4 -o store:/tmp/a 1",
                "checkpoint --prove -o store:/tmp/a 1",
                "cp --compress=lz4 image store:/tmp/a",
                "restore --prefetch=FILE IMAGE",
                "man frobnicate"
            })
    void wrongUsageIsOneLineAndStatusTwo(String line) {
        Outcome outcome = run(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(outcome.status).isEqualTo(2);
        assertThat(outcome.out).isEmpty();
        assertThat(outcome.err)
                .startsWith("reprise: ")
                .contains("; see 'reprise")
                .hasLineCount(1);
    }

    @Test
    void completionKnowsCommandsAndOptions() {
        assertThat(run("completion").out).contains("complete -F", "checkpoint", "--pid-namespace", "restart");
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint", "restore", "explain", "show", "check", "demo"})
    void everyCommandHasAManualPage(String command) {
        String page = run("man", command).out;
        assertThat(page).startsWith(".TH REPRISE-" + command.toUpperCase(Locale.ROOT) + " 1");
        assertThat(page).contains(".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", "\\-\\-help");
        assertThat(page.lines().filter(line -> line.startsWith("'"))).isEmpty();
    }

    private static Outcome run(String... args) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
        try {
            int status = CommandTree.lazy().run(args);
            return new Outcome(
                    status, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
