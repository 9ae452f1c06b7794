package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A restored program that ends, or ends its relatives, while some of its tasks have not been let go yet: that is what it
 * wanted, and no failure of the restore.
 */
class EndsAtOnceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int TIMES = Integer.getInteger("reprise.times", 8);
    private static final int STATUS = 7;

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
    }

    @Test
    void byItsLastThread() throws Exception {
        endsAsItWants("""
                import os, signal, threading
                for i in range(20):
                    threading.Thread(target=lambda: open('never').read()).start()
                def last():
                    open('ready', 'w').close()
                    while not os.path.exists('flag'):
                        pass
                    os._exit(7)
                threading.Thread(target=last).start()
                signal.pause()
                """);
    }

    @Test
    void byItsLastChild() throws Exception {
        endsAsItWants("""
                import os, signal, sys
                children = []
                for i in range(12):
                    children.append(os.fork())
                    if children[-1] == 0:
                        if i == 11:
                            open('ready', 'w').close()
                            while not os.path.exists('flag'):
                                pass
                            os.kill(children[0], signal.SIGKILL)
                            os._exit(3)
                        signal.pause()
                ended = dict(os.wait() for i in range(2))
                if ended != {children[0]: signal.SIGKILL, children[11]: 3 << 8}:
                    sys.exit(f'{ended} of {children}')
                for child in children[1:11]:
                    os.kill(child, signal.SIGKILL)
                    if os.waitpid(child, 0)[1] != signal.SIGKILL:
                        sys.exit(f'{child} had ended')
                sys.exit(7)
                """);
    }

    // Opening a FIFO that nobody writes to blocks for ever.
    private void endsAsItWants(String text) throws Exception {
        Path script = scratch.resolve("program.py");
        Files.writeString(script, text);
        new ProcessBuilder("mkfifo", scratch.resolve("never").toString())
                .start()
                .waitFor();
        try (RealProgram program = RealProgram.start(scratch, "python3 " + script)) {
            program.awaitSuccess("test -e ready");
            Path image = scratch.resolve("image");
            Set<Integer> sessions = Tasks.sessions(List.of(program.pid()));
            Tool.run("checkpoint", "--kill", "--sync=no", "-o", image + "", program.pid() + "")
                    .succeeds();
            Files.createFile(scratch.resolve("flag"));
            for (int i = 0; i < TIMES; i++) {
                Tasks.awaitEndOf(sessions, PATIENCE);
                Tool.Outcome outcome = Tool.run("restore", image + "");
                assertThat(outcome.status()).as(outcome.err()).isEqualTo(STATUS);
            }
            assertThat(scratch.resolve("err")).isEmptyFile();
        }
    }
}
