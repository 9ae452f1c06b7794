package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_socket;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.Sockets;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be saved is named before anything is touched, all of it at once. */
class DescriptorLookTest {
    private static final String PREAMBLE = """
            import os, socket, select, fcntl, ctypes, signal, sys
            libc = ctypes.CDLL(None, use_errno=True)
            os.chdir(sys.argv[1])
            def need(n):
                if n < 0: raise OSError(ctypes.get_errno(), 'libc')
                return n
            def fork(in_child):
                if os.fork() == 0:
                    in_child()
                    open('done', 'w').close()
                    signal.pause()
                while not os.path.exists('done'): pass
            """;

    @TempDir
    Path directory;

    @Test
    void nothingIsInTheWayOfAPlainProgram() throws Exception {
        assertThat(look("f = open('x', 'w'); p = os.pipe(); e = select.epoll(); e.register(p[0])"))
                .isEmpty();
    }

    @Test
    void everythingThatCannotBeSavedIsNamedAtOnce() throws Exception {
        List<Refusal> refusals = look("""
                renamed = open('renamed', 'w'); os.rename('renamed', 'x'); y = open('renamed', 'w')
                status = open('/proc/1/status')
                udp, beside = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
                for one in udp, beside: one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                udp.bind(('127.0.0.1', 0)); beside.bind(udp.getsockname())
                udp.sendto(b'x', udp.getsockname())
                pid = os.pidfd_open(1)
                log = os.open('/dev/kmsg', os.O_RDONLY)
                notes = need(libc.inotify_init1(0)); need(libc.inotify_add_watch(notes, b'.', 0x100)); open('note', 'w')
                """);
        assertThat(refusals)
                .extracting(Refusal::resource)
                .containsExactly(
                        "file of /proc of another process",
                        "UDP socket with a queue",
                        "pidfd of another process",
                        "character device",
                        "unread inotify events");
        assertThat(refusals).allSatisfy(refusal -> {
            assertThat(refusal.where()).startsWith("descriptor ");
            assertThat(refusal.reason()).isNotEmpty();
        });
    }

    @Test
    void aPipeToAnotherProcessIsNamedUnlessItIsAStandardStream() throws Exception {
        assertThat(look("r, w = os.pipe(); fork(os.getpid); os.close(r)"))
                .extracting(Refusal::resource)
                .containsExactly("pipe to another process");
    }

    @Test
    void anEpollMemberThatOnlyAnotherProcessHasOpenIsNamed() throws Exception {
        assertThat(look("""
                        r, w = os.pipe(); e = select.epoll(); e.register(r)
                        fork(e.close)
                        os.close(r); os.close(w)
                        """)).extracting(Refusal::resource).containsExactly("epoll member without descriptor");
    }

    @Test
    void whatIsSharedWithAnotherProcessIsNamed() throws Exception {
        assertThat(look("""
                        e = need(libc.eventfd(1, 0)); t = need(libc.timerfd_create(1, 0)); s = select.epoll()
                        m = os.memfd_create('shared'); n = os.memfd_create('own')
                        fork(lambda: (os.close(n), os.memfd_create('own')))
                        own = need(libc.eventfd(1, 0))
                        """))
                .extracting(Refusal::resource)
                .containsExactly(
                        "eventfd shared with another process",
                        "timerfd shared with another process",
                        "epoll set shared with another process",
                        "memfd shared with another process");
    }

    @Test
    void socketsWhosePeersAreInsideAreNotInTheWay() throws Exception {
        assertThat(look("""
                        a, b = socket.socketpair(); a.send(b'x')
                        server = socket.create_server(('127.0.0.1', 0))
                        client = socket.create_connection(server.getsockname())
                        """)).isEmpty();
    }

    @Test
    void socketsThatLeadOutsideAreNamed() throws Exception {
        assertThat(look("""
                        a, b = socket.socketpair(); c, d = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
                        server = socket.create_server(('127.0.0.1', 0))
                        client = socket.create_connection(server.getsockname()); other = server.accept()[0]
                        fork(lambda: (a.close(), c.close(), server.close(), client.close()))
                        b.close(); d.close(); other.close()
                        """))
                .extracting(Refusal::resource)
                .containsExactly("connected UNIX socket", "connected UNIX socket", "connected TCP socket");
    }

    @Test
    void aSocketThatAnotherProcessHasOpenIsNamed() throws Exception {
        assertThat(look("s = socket.socket(); fork(os.getpid)"))
                .extracting(Refusal::resource)
                .containsExactly("socket shared with another process");
    }

    @ParameterizedTest
    @CsvSource({"40,1,0,AF_VSOCK", "44,3,0,AF_XDP"})
    void socketsOfOtherKindsAreRefusedByName(int domain, int type, int protocol, String name) throws Exception {
        assumeTrue(exists(domain, type, protocol), "the kernel has no such socket");
        String numbers = domain + ", " + type + ", " + protocol;
        assertThat(look("s = socket.socket(" + numbers + ")"))
                .extracting(Refusal::resource)
                .containsExactly(name + " socket");
    }

    private static boolean exists(int domain, int type, int protocol) {
        long socket = Door.call(SYS_socket, domain, type | Sockets.SOCK_CLOEXEC, protocol);
        if (Door.isError(socket)) {
            return false;
        }
        new Fd(socket).close();
        return true;
    }

    private List<Refusal> look(String script) throws Exception {
        String whole = PREAMBLE + script + "\nprint('ready', flush=True)\nsys.stdin.read()\nos.killpg(0, 9)\n";
        Process python = new ProcessBuilder("setsid", "python3", "-c", whole, directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                        new BufferedReader(new InputStreamReader(python.getInputStream(), StandardCharsets.UTF_8));
                DescriptorCapture capture = new DescriptorCapture(ProcessSet.alone((int) python.pid()))) {
            assertThat(out.readLine()).isEqualTo("ready");
            return capture.look();
        } finally {
            python.getOutputStream().close();
            python.waitFor();
        }
    }
}
