package dev.reprise.acceptance;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.reprise.engine.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of twins have in common: a program that says whether it has the memory that it had. */
abstract class TwinCase {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final String TWIN = "reprise-twin";

    final String name = "twin-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    final String memory = "mem:" + name;

    @TempDir(factory = PublicDirectory.class)
    Path scratch;

    @BeforeEach
    void needRoot() {
        assumeThat(Tasks.isRoot()).as("checkpoints need root").isTrue();
    }

    @AfterEach
    void remove() throws IOException, InterruptedException {
        if (Files.exists(MemoryStore.ofUser().path(name))) {
            Tool.run("rm", memory).succeeds();
        }
    }

    /** It has changed all its memory since, and says whether it has what it had, when it is asked. */
    static final String CHECKER = """
            import mmap, os, sys, time
            size = int(sys.argv[1]) << 20
            memory = bytearray(size)
            shared = mmap.mmap(-1, 1 << 20)
            def fill(value):
                for i in range(0, size, 4096):
                    memory[i:i + 8] = (i + value).to_bytes(8, 'little')
                shared[0:8] = value.to_bytes(8, 'little')
            def check(value):
                for i in range(0, size, 4096):
                    if memory[i:i + 8] != (i + value).to_bytes(8, 'little'):
                        return f'wrong at {i}'
                return 'right' if shared[0:8] == value.to_bytes(8, 'little') else 'shared memory is wrong'
            def tell(what, text):
                with open(what + '.part', 'w') as file:
                    file.write(text)
                os.rename(what + '.part', what)
            value = 1
            fill(value)
            children = []
            for number in range(int(sys.argv[2])):
                if os.fork() == 0:
                    while True:
                        time.sleep(0.01)
                        if os.path.exists(f'child-{number}'):
                            tell(f'child-{number}-is', check(int.from_bytes(shared[0:8], 'little')) if value == 1 else 'no child')
                            os.remove(f'child-{number}')
            tell('filled', str(value))
            while True:
                time.sleep(0.01)
                if os.path.exists('change'):
                    os.remove('change')
                    value += 1
                    fill(value)
                    tell('filled', str(value))
                if os.path.exists('check'):
                    os.remove('check')
                    tell('is', f'{check(value)} {value}')
            """;

    /** What {@link #checker} runs, with its two numbers as arguments. */
    Path script() throws IOException {
        return Files.writeString(scratch.resolve("checker.py"), CHECKER);
    }

    RealProgram checker(int megabytes, int children) throws IOException, InterruptedException {
        return checker(megabytes, children, "/dev/null");
    }

    /** {@code group}: where its id is written before it begins. */
    RealProgram checker(int megabytes, int children, String group) throws IOException, InterruptedException {
        return checker(megabytes, children, group, "");
    }

    /** {@code command}: what executes it. */
    RealProgram checker(int megabytes, int children, String group, String command)
            throws IOException, InterruptedException {
        Path script = script();
        RealProgram program = RealProgram.start(
                scratch,
                "bash -c 'echo $$ >" + group + "; exec " + command + " python3 " + script + " " + megabytes + " "
                        + children + "'");
        program.awaitSuccess("test -s filled");
        return program;
    }

    String asked() throws IOException, InterruptedException {
        Files.deleteIfExists(scratch.resolve("is"));
        Files.createFile(scratch.resolve("check"));
        return RealProgram.awaitText(scratch, "is");
    }

    void changes(RealProgram program, int value) throws IOException, InterruptedException {
        program.ask("touch change");
        program.awaitSuccess("grep -qx " + value + " filled");
    }

    static void end(int pid) throws InterruptedException {
        List<Integer> family = Tasks.family(pid);
        family.forEach(one -> Tasks.kill(one, Tasks.SIGKILL));
        Tasks.awaitEnd(family, PATIENCE);
    }

    /** The ids of all twins of a program, by its executable and directory. */
    List<Integer> twins() throws IOException {
        List<Integer> twins = new ArrayList<>();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            try {
                Path proc = Path.of("/proc/" + process.pid());
                if (Files.readString(proc.resolve("comm")).strip().equals(TWIN)
                        && Files.readString(proc.resolve("cmdline")).contains(scratch.toString())) {
                    twins.add((int) process.pid());
                }
            } catch (IOException gone) {
                // so it is none
            }
        }
        return twins;
    }

    int restored(String... more) throws IOException, InterruptedException {
        Path number = scratch.resolve("number");
        List<String> arguments = new ArrayList<>(List.of("restore", "-d", "--pidfile", number + ""));
        arguments.addAll(List.of(more));
        Tool.run(arguments.toArray(String[]::new)).succeeds();
        return Integer.parseInt(Files.readString(number).strip());
    }
}
