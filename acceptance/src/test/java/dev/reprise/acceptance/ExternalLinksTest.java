package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Open files that lead to a process outside: named with their keys, handed over at the restore, or cut off. */
class ExternalLinksTest {
    /** Holds the other ends, and is not checkpointed. */
    private static final String OUTSIDE = """
            import os, signal, socket, sys, time
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            reading, writing = os.pipe()
            own, its = socket.socketpair()
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            counter = os.eventfd(3, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
            os.write(writing, b'in the pipe,')
            own.send(b'in the socket,')
            if os.fork() == 0:
                os.setsid()
                for wanted, number in ((10, reading), (11, its.fileno()), (12, counter), (13, theirs.fileno())):
                    os.dup2(number, wanted, inheritable=True)
                os.execvp('python3', ['python3', sys.argv[1], sys.argv[2]])
            os.close(reading); its.close(); theirs.close()
            time.sleep(1000)
            """;

    private static final String PROGRAM = """
            import os, sys, time
            here = sys.argv[1]
            log = open(f'{here}/log', 'rb')
            def tell(name, text):
                with open(f'{here}/{name}.new', 'w') as f: f.write(text)
                os.rename(f'{here}/{name}.new', f'{here}/{name}')
            tell('keys', f"{os.readlink('/proc/self/fd/10')} {os.readlink('/proc/self/fd/11')} {os.getpid()}/12 {os.readlink('/proc/self/fd/13')}")
            while not os.path.exists(f'{here}/go'): time.sleep(0.003)
            def read(fd):
                data = b''
                try:
                    while (more := os.read(fd, 100)): data += more
                    data += b'end'
                except BlockingIOError: data += b'more'
                return data.decode()
            def write(fd):
                try: return str(os.write(fd, b'!'))
                except OSError as e: return e.strerror
            os.set_blocking(13, False)
            sent = write(11)
            datagrams = write(13) + ',' + read(13)
            os.set_blocking(10, False)
            os.set_blocking(11, False)
            counted = str(os.eventfd_read(12)) if 'eventfd' in os.readlink('/proc/self/fd/12') else read(12)
            tell('result', '|'.join([read(10), sent, read(11), counted, datagrams, log.read().decode()]))
            """;

    @TempDir
    private Path here;

    private Process outside;
    private String pipe = "";
    private String socket = "";
    private String counter = "";
    private String datagrams = "";
    private int pid;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
        Tasks.adoptOrphans();
        Files.writeString(here.resolve("log"), "the log");
        Path program = Files.writeString(here.resolve("program.py"), PROGRAM);
        Path holder = Files.writeString(here.resolve("outside.py"), OUTSIDE);
        outside = Births.start(
                new ProcessBuilder("setsid", "python3", holder.toString(), program.toString(), here.toString())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(here.resolve("out").toFile())
                        .redirectErrorStream(true));
        String[] keys = await("keys").split(" ");
        pipe = keys[0];
        socket = keys[1];
        counter = keys[2];
        datagrams = keys[3];
        pid = Integer.parseInt(counter.substring(0, counter.indexOf('/')));
    }

    @AfterEach
    void end() throws Exception {
        if (pid != 0) {
            Tasks.kill(pid, Tasks.SIGKILL);
        }
        outside.destroyForcibly().waitFor();
    }

    private String await(String name) throws IOException, InterruptedException {
        return RealProgram.awaitText(here, name);
    }

    private String result() throws IOException, InterruptedException {
        Files.createFile(here.resolve("go"));
        return await("result");
    }

    private Tool.Outcome checkpoint(String... externals) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("checkpoint", "--kill", "--sync=no", "-o", "" + image()));
        for (String external : externals) {
            command.add("--external");
            command.add(external);
        }
        command.add("" + pid);
        return Tool.run(command.toArray(String[]::new));
    }

    private Path image() {
        return here.resolve("image");
    }

    /** Restores it with shell redirections, such as {@code 5<file}, by the launcher. */
    private Tool.Outcome restore(String redirections, String... inherits) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "bash",
                "-c",
                "exec \"$@\" " + redirections,
                "-",
                Checkout.ROOT.resolve("reprise").toString(),
                "restore",
                "-d",
                image().toString()));
        for (String inherit : inherits) {
            command.add("--inherit");
            command.add(inherit);
        }
        return Tool.run(new ProcessBuilder(command).directory(here.toFile()));
    }

    @Test
    void areRefusedEachWithItsKey() throws Exception {
        assertThat(checkpoint().endsWith(3).err())
                .contains("--external " + pipe + "=inherit|cut")
                .contains("--external " + socket + "=inherit|cut")
                .contains("--external " + counter + "=inherit|cut")
                .contains("--external " + datagrams + "=inherit|cut");
        assertThat(result()).isEqualTo("in the pipe,more|1|in the socket,more|3|1,more|the log");
    }

    @Test
    void aKeyOfNothingIsRefused() throws Exception {
        assertThat(checkpoint(pipe + "=cut", socket + "=cut", counter + "=cut", datagrams + "=cut", "pipe:[1]=cut")
                        .endsWith(3)
                        .err())
                .contains("--external pipe:[1]")
                .doesNotContain("socket:[");
        assertThat(Files.exists(image())).isFalse();
    }

    @Test
    void areCut() throws Exception {
        checkpoint(pipe + "=cut", socket + "=cut", counter + "=cut", datagrams + "=cut")
                .succeeds();
        restore("").succeeds();
        assertThat(result())
                .isEqualTo("in the pipe,end|Broken pipe|in the socket,end|3|Connection refused,more|the log");
    }

    @Test
    void areHandedOver() throws Exception {
        checkpoint(pipe + "=inherit", socket + "=inherit", counter + "=inherit", datagrams + "=cut")
                .succeeds();
        Files.writeString(here.resolve("for pipe"), "instead of the pipe");
        Files.writeString(here.resolve("for socket"), "!nstead of the socket");
        Files.writeString(here.resolve("for counter"), "instead of the counter");
        Files.writeString(here.resolve("for log"), "instead of the log");
        assertThat(restore("5<'for pipe' 6<'for socket'", "5=" + pipe, "6=" + socket, "77=" + here + "/log")
                        .endsWith(1)
                        .err())
                .contains("leads outside: give one in its place, --inherit FD=" + counter)
                .contains("descriptor 6 for " + socket + " is open for reading, not for reading and writing")
                .contains("descriptor 77 for " + here + "/log is not open");
        restore(
                        "5<'for pipe' 6<>'for socket' 7<>'for counter' 1234<'for log'",
                        "5=" + pipe,
                        "6=" + socket,
                        "7=" + counter,
                        "1234=" + here + "/log")
                .succeeds();
        assertThat(result())
                .isEqualTo(
                        "instead of the pipeend|1|nstead of the socketend|instead of the counterend|Connection refused,more|instead of the log");
        assertThat(here.resolve("for socket")).hasContent("!nstead of the socket");
    }
}
