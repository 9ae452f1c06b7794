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

/** What parent, child and grandchild share copy-on-write is in the image once, and once in memory after a restore. */
class ForkedMemoryTest {
    private static final long SIZE = 64L << 20;
    private static final String FAMILY = """
            import mmap, os, sys, time
            size = %d
            memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            for i in range(0, size, 4096):
                memory[i:i + 8] = (i + 1).to_bytes(8, 'little')
            def serve(name):
                memory[4096:4104] = name.encode()[:5].ljust(8)
                open(name + '.part', 'w').close()
                os.rename(name + '.part', name)
                while not os.path.exists('stop'):
                    time.sleep(.01)
                for i in range(0, size, 4096):
                    wanted = name.encode()[:5].ljust(8) if i == 4096 else (i + 1).to_bytes(8, 'little')
                    if memory[i:i + 8] != wanted:
                        sys.exit(f'{name}: wrong at {i}')
                if name != 'last' and os.wait()[1] != 0:
                    sys.exit(f'{name}: its child has failed')
                sys.exit(0)
            if os.fork() == 0:
                if os.fork() == 0:
                    serve('last')
                serve('child')
            serve('first')
            """;

    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
    }

    @Test
    void isSharedAgain() throws Exception {
        Path script = scratch.resolve("family.py");
        Files.writeString(script, FAMILY.formatted(SIZE));
        try (RealProgram program = RealProgram.start(scratch, "python3 " + script)) {
            program.awaitSuccess("test -e first -a -e child -a -e last");
            long before = used(program.pid());
            for (int i = 0; i < 3; i++) {
                program.killAndRestore();
                assertThat(used(program.pid())).isBetween(SIZE, before + SIZE / 8);
            }
            assertThat(Files.size(scratch.resolve("image"))).isLessThan(SIZE + SIZE / 2);
            program.ask("touch stop");
            assertThat(program.awaitEnd()).isIn(0, Tasks.UNKNOWN);
            assertThat(scratch.resolve("err")).isEmptyFile();
        }
    }

    // Each page by as many parts as it has users (man 5 proc_pid_smaps: Pss).
    private static long used(int pid) throws IOException {
        long bytes = 0;
        List<Integer> family = Tasks.family(pid);
        assertThat(family).hasSize(3);
        for (int one : family) {
            for (String line : Files.readAllLines(Path.of("/proc/" + one + "/smaps_rollup"))) {
                if (line.startsWith("Pss:")) {
                    bytes += Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        }
        return bytes;
    }
}
