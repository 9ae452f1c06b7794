package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of {@code show --html}: all of an image, nothing from elsewhere, and nothing that an image could do to a browser. */
class ImagePageTest {
    /** A process with a hostile name, a child, a child that has ended, pages in the middle of memory. */
    private static final String PROGRAM = """
            import mmap, os, time
            open('/proc/self/comm', 'w').write('<b>&"x')
            memory = mmap.mmap(-1, 64 << 20, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
            memory[30 << 20:31 << 20] = b'x' * (1 << 20)
            if os.fork() == 0:
                os._exit(3)
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
            if os.fork() != 0:
                print('ready', flush=True)
            time.sleep(1000)
            """;

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @Test
    void aPageShowsTheTreeTheMemoryTheDescriptorsAndTheRun() throws Exception {
        Path image = scratch.resolve("image");
        Path stats = scratch.resolve("stats");
        Path file = scratch.resolve("page.html");
        Files.writeString(scratch.resolve("program.py"), PROGRAM);
        try (RealProgram program = RealProgram.start(scratch, "python3 program.py")) {
            program.awaitSuccess("grep -q ready out");
            Tool.run("checkpoint", "--stats", stats + "", "--sync=no", "-o", image + "", program.pid() + "")
                    .succeeds();
        }
        Tool.run("show", "--html", file + "", "--stats", stats + "", image + "").succeeds();
        String page = Files.readString(file);
        assertThat(page).contains("&lt;b&gt;&amp;&quot;x (", "exited with 3", ">frozen</span>", ">seal</span>");
        assertThat(page).doesNotContain("<b>&", "<script", "http:", "https:", " src=", "@import");
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);

        Map<?, ?> shown = (Map<?, ?>)
                JsonText.parse(Tool.run("show", "--json", image + "").succeeds().out());
        long mappings = count(shown, "mappings");
        String drawn = Tool.run(new ProcessBuilder(
                        "chromium",
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--user-data-dir=" + scratch.resolve("browser"),
                        "--dump-dom",
                        "file://" + file))
                .succeeds()
                .out();
        assertThat(drawn.split("class=\"bar\"", -1)).hasSize((int) mappings + 1);
        assertThat(drawn).contains("class=\"shared\" x=\"468\"");
    }

    private static long count(Map<?, ?> shown, String what) {
        return ((List<?>) shown.get("processes"))
                .stream()
                        .mapToLong(one -> ((List<?>) ((Map<?, ?>) one).get(what)).size())
                        .sum();
    }

    @Test
    void whatIsNoFigureOfARunIsSaidInOneLine() throws Exception {
        Path image = scratch.resolve("image");
        Files.writeString(scratch.resolve("other"), "{}");
        assertThat(Tool.run(
                                "show",
                                "--html",
                                scratch.resolve("page") + "",
                                "--stats",
                                scratch.resolve("other") + "",
                                image + "")
                        .endsWith(1)
                        .err())
                .isEqualTo("reprise: " + scratch.resolve("other") + ": not what --stats writes\n");
        assertThat(Tool.run("show", "--stats", scratch.resolve("other") + "", image + "")
                        .endsWith(2)
                        .err())
                .contains("--stats is about the page of --html");
        assertThat(scratch.resolve("page")).doesNotExist();
    }
}
