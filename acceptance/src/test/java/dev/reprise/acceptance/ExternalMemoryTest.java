package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shared memory that a process outside has, too: refused with its key, or copied. */
class ExternalMemoryTest {
    /** A parent, which stays outside, and a child that copies what it sees in their memory into a file when it is asked to. */
    private static final String PROGRAM = """
            import mmap, os, signal, time
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            memory = mmap.mmap(-1, 8192)
            memory[:6] = b'before'
            def tell(name, text):
                with open(name + '.new', 'w') as f: f.write(text)
                os.rename(name + '.new', name)
            def await_file(name):
                while not os.path.exists(name): time.sleep(0.003)
            child = os.fork()
            if child == 0:
                os.setsid()
                tell('child', str(os.getpid()))
                await_file('go')
                tell('seen', memory[:6].decode())
                memory[:6] = b'childs'
                time.sleep(1000)
            await_file('change')
            memory[:6] = b'after!'
            tell('changed', '')
            await_file('seen')
            tell('parent', memory[:6].decode())
            time.sleep(1000)
            """;

    private static final Pattern KEY = Pattern.compile("--external (memory:\\[\\d+])=cut");

    @TempDir
    private Path here;

    @BeforeEach
    void needRoot() {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
    }

    @Test
    void memoryOfAnOutsiderIsRefusedOrCopied() throws Exception {
        Files.writeString(here.resolve("program.py"), PROGRAM);
        Path image = here.resolve("image");
        try (RealProgram parent = RealProgram.start(here, "python3 program.py")) {
            int child = Integer.parseInt(RealProgram.awaitText(here, "child"));
            String refused = checkpoint(image, child).endsWith(3).err();
            Matcher key = KEY.matcher(refused);
            assertThat(key.find()).as(refused).isTrue();
            assertThat(refused)
                    .contains("shared memory", "process " + parent.pid() + " uses it, too")
                    .hasLineCount(2);
            String memory = key.group(1);
            assertThat(checkpoint(image, child, "--external", memory + "=inherit")
                            .endsWith(3)
                            .err())
                    .contains("memory cannot be handed over");
            assertThat(checkpoint(image, child, "--external", memory + "=refuse")
                            .endsWith(3)
                            .err())
                    .contains("uses it, too");
            assertThat(checkpoint(image, child, "--external", memory + "=cut", "--external", "memory:[7]=cut")
                            .endsWith(3)
                            .err())
                    .contains("--external memory:[7] (process " + child + "): no memory has this key");

            checkpoint(image, child, "--kill", "--external", memory + "=cut").succeeds();
            Files.createFile(here.resolve("change"));
            RealProgram.awaitText(here, "changed");
            Tool.run("restore", "-d", image + "").succeeds();
            try {
                Files.createFile(here.resolve("go"));
                assertThat(RealProgram.awaitText(here, "seen")).isEqualTo("before");
                assertThat(RealProgram.awaitText(here, "parent")).isEqualTo("after!");
            } finally {
                Tasks.kill(child, Tasks.SIGKILL);
            }
        }
    }

    private static Tool.Outcome checkpoint(Path image, int pid, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("checkpoint", "--sync=no", "-o", image + ""));
        command.addAll(List.of(options));
        command.add(pid + "");
        return Tool.run(command.toArray(String[]::new));
    }
}
