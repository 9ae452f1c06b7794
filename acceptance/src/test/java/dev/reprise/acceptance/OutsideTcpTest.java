package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.model.After;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.OutsideTcp;
import dev.reprise.engine.model.RestoreOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A TCP connection to the outside, the peer being this test: refused, or reset in the image and nowhere else. */
class OutsideTcpTest {
    private static final int SIGSTOP = 19;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final CheckpointOptions RESET =
            CheckpointOptions.DEFAULT.with(OutsideTcp.RESET).withoutSync();

    // Two connections from one local port, as a server's: each is told apart by its peer only. One is half closed.
    private static final String PROGRAM = """
            import os, socket, sys, time, select
            here = sys.argv[1]
            def tell(name, text):
                with open(f'{here}/{name}.new', 'w') as f: f.write(text)
                os.rename(f'{here}/{name}.new', f'{here}/{name}')
            server = socket.create_server(('127.0.0.1', 0))
            tell('port', str(server.getsockname()[1]))
            one, two = server.accept()[0], server.accept()[0]
            server.close() # so that a second one can be beside it
            two.shutdown(socket.SHUT_WR)
            local = one.getsockname()
            assert one.recv(6, socket.MSG_PEEK | socket.MSG_WAITALL) == b'unread'
            tell('ready', str(os.getpid()))
            while not os.path.exists(f'{here}/go'): time.sleep(0.003)
            def look(s):
                p = select.poll(); p.register(s, select.POLLIN | select.POLLOUT)
                events = p.poll(0)
                return 'reset' if events and events[0][1] & (select.POLLERR | select.POLLHUP) == select.POLLERR | select.POLLHUP else 'open'
            def receive(s):
                try: return s.recv(100, socket.MSG_DONTWAIT).decode()
                except OSError as e: return e.strerror
            def send(s):
                try: return str(s.send(b'alive'))
                except OSError as e: return e.strerror
            seen = [look(one), receive(one), receive(one), send(one), str(one.getsockname() == local), look(two), receive(two)]
            tell('result', ','.join(seen))
            """;

    @TempDir
    private Path here;

    private Socket one = new Socket();
    private Socket two = new Socket();
    private int pid;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
        Tasks.adoptOrphans();
        Path program = Files.writeString(here.resolve("program.py"), PROGRAM);
        Births.start(new ProcessBuilder("setsid", "--fork", "python3", program.toString(), here.toString())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(here.resolve("out").toFile())
                        .redirectErrorStream(true))
                .waitFor();
        int port = Integer.parseInt(await("port"));
        one = new Socket(InetAddress.getLoopbackAddress(), port);
        two = new Socket(InetAddress.getLoopbackAddress(), port);
        one.getOutputStream().write("unread".getBytes(StandardCharsets.US_ASCII));
        pid = Integer.parseInt(await("ready"));
    }

    @AfterEach
    void end() throws Exception {
        if (pid != 0) {
            Tasks.kill(pid, Tasks.SIGKILL);
        }
        one.close();
        two.close();
    }

    private String await(String name) throws IOException, InterruptedException {
        return RealProgram.awaitText(here, name);
    }

    private void go() throws IOException {
        Files.createFile(here.resolve("go"));
    }

    @Test
    void isRefusedByDefault() throws Exception {
        assertThatThrownBy(() -> Library.checkpoint(pid, here.resolve("image"), After.KILL))
                .hasMessageContaining("connected TCP socket")
                .hasMessageContaining("--tcp=reset");
        assertOriginalTalks();
    }

    @Test
    void theOriginalKeepsItsConnection() throws Exception {
        Library.checkpoint(pid, here.resolve("image"), RESET);
        assertOriginalTalks();
    }

    @Test
    void aRestoredProgramSeesAReset() throws Exception {
        Path image = here.resolve("image");
        Library.checkpoint(pid, image, RESET.with(After.KILL));
        Tasks.awaitEnd(pid, PATIENCE);
        pid = Library.restore(image, RestoreOptions.DEFAULT.asDetached());
        assertRestoredIsReset();
    }

    @Test
    void thePeerHearsNothingOfARestoreBesideTheOriginal() throws Exception {
        Path image = here.resolve("image");
        Library.checkpoint(pid, image, RESET);
        Tasks.kill(pid, SIGSTOP); // the copy answers first
        int other = Library.restore(image, RestoreOptions.DEFAULT.asDetached().inPidNamespace());
        try {
            assertRestoredIsReset();
        } finally {
            Tasks.kill(other, Tasks.SIGKILL);
        }
        Files.delete(here.resolve("result"));
        Files.delete(here.resolve("go"));
        Tasks.kill(pid, Tasks.SIGCONT);
        assertOriginalTalks();
    }

    private void assertRestoredIsReset() throws IOException, InterruptedException {
        go();
        assertThat(await("result"))
                .isEqualTo("reset,unread,Connection reset by peer,Broken pipe,True,reset,Connection reset by peer");
    }

    private void assertOriginalTalks() throws IOException, InterruptedException {
        go();
        assertThat(await("result"))
                .isEqualTo("open,unread,Resource temporarily unavailable,5,True,open,Resource temporarily unavailable");
        assertThat(one.getInputStream().readNBytes(5)).isEqualTo("alive".getBytes(StandardCharsets.US_ASCII));
    }
}
