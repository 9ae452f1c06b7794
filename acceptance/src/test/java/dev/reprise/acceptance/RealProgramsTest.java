package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers and tools from Debian packages, with data of their own: they answer as before, and go on working. */
class RealProgramsTest {
    // Under /tmp, where a server that gives up its rights still gets to; not deeper than a socket's name may be long.
    @TempDir(factory = PublicDirectory.class)
    Path directory;

    @BeforeEach
    void requireRoot() {
        assumeTrue(Tasks.isRoot(), "checkpoints need root");
    }

    @Test
    void redisKeepsItsKeys() throws IOException, InterruptedException {
        try (RealProgram redis = RealProgram.start(
                directory, "redis-server --port 0 --unixsocket s --save '' --enable-debug-command local")) {
            redis.awaitSuccess("redis-cli -s s ping");
            redis.ask("redis-cli -s s debug populate 100000");
            redis.checkpoint();
            redis.killAndRestore();
            assertThat(redis.ask("redis-cli -s s dbsize")).isEqualTo("100000");
            assertThat(redis.ask("redis-cli -s s get key:99999")).isEqualTo("value:99999");
            redis.ask("redis-cli -s s bgsave");
            redis.awaitSuccess("test -s dump.rdb");
        }
    }

    @Test
    void fioGoesOnReadingAndVerifying() throws IOException, InterruptedException {
        String load = "--rw=randrw --bs=4k --iodepth=16 --verify=crc32c --size=8m --time_based --runtime=8";
        try (RealProgram fio = RealProgram.start(
                directory, "fio --name=load --ioengine=libaio --direct=1 --thread --eta=never " + load)) {
            RealProgram.await(
                    "a ring", () -> fio.ask("cat /proc/" + fio.pid() + "/maps").contains("/[aio]"));
            fio.checkpoint();
            fio.killAndRestore();
            assertThat(fio.awaitEnd()).isIn(0, Tasks.UNKNOWN);
            assertThat(fio.out()).contains("err= 0");
        }
    }

    // It does nothing for two seconds after each request: what is in flight is refused.
    @Test
    void fioGoesOnWithItsIoUring() throws IOException, InterruptedException {
        String load =
                "--rw=randrw --bs=4k --iodepth=1 --verify=crc32c --size=8m --thinktime=2s --time_based --runtime=20";
        try (RealProgram fio = RealProgram.start(
                directory, "fio --name=load --ioengine=io_uring --direct=1 --thread --eta=never " + load)) {
            RealProgram.await(
                    "a ring", () -> fio.ask("cat /proc/" + fio.pid() + "/maps").contains("anon_inode:[io_uring]"));
            fio.checkpoint();
            fio.killAndRestore();
            assertThat(fio.awaitEnd()).isIn(0, Tasks.UNKNOWN);
            assertThat(fio.out()).contains("err= 0");
        }
    }

    @Test
    void nginxServesAndReloads() throws IOException, InterruptedException {
        Files.writeString(directory.resolve("conf"), """
                worker_processes 4;
                user www-data;
                pid %1$s/nginx.pid;
                error_log %1$s/errors;
                events { worker_connections 64; }
                http {
                    access_log off;
                    server { listen unix:%1$s/s; location / { return 200 "hello"; } }
                }
                """.formatted(directory));
        try (RealProgram nginx = RealProgram.start(directory, "nginx -c $PWD/conf -g 'daemon off;'")) {
            String get = "curl -sS --unix-socket s http://here/";
            nginx.awaitSuccess(get);
            nginx.checkpoint();
            nginx.killAndRestore();
            assertThat(nginx.ask(get)).isEqualTo("hello");
            assertThat(nginx.ask("ps -o user= --ppid " + nginx.pid()).split("\\s+"))
                    .containsExactly("www-data", "www-data", "www-data", "www-data");
            String workers = nginx.ask("pgrep -P " + nginx.pid());
            nginx.ask("kill -HUP " + nginx.pid());
            nginx.awaitSuccess("! pgrep -P " + nginx.pid() + " | grep -qxF '" + workers + "'");
            assertThat(nginx.ask(get)).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unshare --ipc "})
    void postgresKeepsWhatWasCommitted(String namespace) throws IOException, InterruptedException {
        String user = "setpriv --reuid postgres --regid postgres --clear-groups ";
        String programs = "/usr/lib/postgresql/*/bin/";
        Tool.run(new ProcessBuilder(
                                "bash",
                                "-c",
                                "mkdir d; chown postgres d; " + user + programs + "initdb -A trust -N -D $PWD/d")
                        .directory(directory.toFile()))
                .succeeds();
        try (RealProgram postgres = RealProgram.start(
                directory,
                namespace + user + programs + "postgres -D $PWD/d -k $PWD/d -c listen_addresses= -c fsync=off")) {
            String psql = user + "psql -h $PWD/d postgres -qtAc ";
            postgres.awaitSuccess(psql + "'select 1'");
            postgres.ask(psql + "'create table t as select generate_series(1, 10000)'");
            postgres.checkpoint();
            postgres.killAndRestore();
            assertThat(postgres.ask(psql + "'select count(*) from t'")).isEqualTo("10000");
            assertThat(postgres.ask(psql + "'insert into t values (1); select count(*) from t'"))
                    .isEqualTo("10001");
            postgres.ask("kill -INT " + postgres.pid());
            assertThat(postgres.awaitEnd()).isIn(0, Tasks.UNKNOWN);
            postgres.ask("grep 'shut down' err");
        }
    }

    @Test
    void tmuxTakesKeysAfterwards() throws IOException, InterruptedException {
        String tmux = "env -u TMUX tmux -S $PWD/s -f /dev/null ";
        Tool.run(new ProcessBuilder(
                                "bash",
                                "-c",
                                "setsid " + tmux + "new-session -d -x 80 -y 24 bash --norc; " + tmux
                                        + "display-message -p '#{pid}' >server")
                        .directory(directory.toFile()))
                .succeeds();
        try (RealProgram server = RealProgram.of(directory, directory.resolve("server"))) {
            server.ask(tmux + "send-keys 'x=41; echo \"=$((x + 1))\"' Enter");
            server.awaitSuccess(tmux + "capture-pane -p | grep -qx =42");
            server.checkpoint();
            server.killAndRestore();
            server.ask(tmux + "send-keys 'echo \"=$((x + 2))\" | cat' Enter");
            server.awaitSuccess(tmux + "capture-pane -p | grep -qx =43");
        }
    }

    @Test
    void aTypescriptGoesOn() throws IOException, InterruptedException {
        String counting = "i=0; while [ ! -e stop ]; do i=$((i+1)); echo $i; sleep 0.01; done | cat";
        String numbers = "tr -d '\\r' <typed | grep -x '[0-9][0-9]*'";
        try (RealProgram script = RealProgram.start(directory, "script -qfc '" + counting + "' typed")) {
            script.awaitSuccess("grep -q '^10' typed");
            script.checkpoint();
            script.killAndRestore();
            long before = script.ask(numbers).lines().count();
            script.awaitSuccess("test $(" + numbers + " | wc -l) -gt " + (before + 5));
            script.ask("touch stop");
            assertThat(script.awaitEnd()).isIn(0, Tasks.UNKNOWN);
            assertThat(script.ask(numbers)).isEqualTo(script.ask("seq $(" + numbers + " | wc -l)"));
        }
    }

    @Test
    void aBuildEndsWithTheRightProgram() throws IOException, InterruptedException {
        Tool.run(new ProcessBuilder("bash", "-c", """
                        for i in $(seq 40); do echo "int f$i(int x) { return x * $i; }" >f$i.c; done
                        { for i in $(seq 40); do echo "int f$i(int);"; done
                          echo 'int printf(const char *, ...); int main(void) { int s = 0;'
                          for i in $(seq 40); do echo "s += f$i(1);"; done
                          echo 'return printf("%d", s) < 0; }'; } >main.c
                        printf '%s\\n\\t%s\\n' 'app: $(patsubst %.c,%.o,$(wildcard *.c))' 'gcc -o $@ $^' >Makefile
                        """).directory(directory.toFile()))
                .succeeds();
        try (RealProgram make = RealProgram.start(directory, "make -j4")) {
            make.awaitSuccess("test -e f20.o");
            make.killAndRestore();
            assertThat(make.awaitEnd()).isIn(0, Tasks.UNKNOWN);
            assertThat(make.ask("./app")).isEqualTo("820");
        }
    }

    @Test
    void pythonsPoolGoesOn() throws IOException, InterruptedException {
        Files.writeString(directory.resolve("pool.py"), """
                import multiprocessing, time
                def square(x):
                    time.sleep(0.002)
                    return x * x
                if __name__ == '__main__':
                    with multiprocessing.Pool(3) as pool:
                        for n in range(60):
                            print(sum(pool.map(square, range(n))), flush=True)
                """);
        try (RealProgram python = RealProgram.start(directory, "python3 pool.py")) {
            RealProgram.await("some sums", () -> python.out().lines().count() > 5);
            python.killAndRestore();
            assertThat(python.awaitEnd()).isIn(0, Tasks.UNKNOWN);
            assertThat(python.out().lines().toList())
                    .isEqualTo(python.ask("python3 -c 'for n in range(60): print(sum(x * x for x in range(n)))'")
                            .lines()
                            .toList());
        }
    }

    @Test
    void nodeKeepsCounting() throws IOException, InterruptedException {
        String server = "let n = 0; const s = require(\"http\").createServer((q, r) => r.end(`${++n}`));"
                + " s.listen(0, \"127.0.0.1\", () => require(\"fs\").writeFileSync(\"port\", `${s.address().port}`))";
        answersCount("node -e '" + server + "'");
    }

    @Test
    void aHeapInAMemfdKeepsCounting() throws IOException, InterruptedException {
        Files.writeString(directory.resolve("Server.java"), """
                import com.sun.net.httpserver.HttpServer;
                import java.net.InetSocketAddress;
                import java.nio.file.*;
                class Server {
                    static int n;
                    static volatile byte[] garbage;
                    public static void main(String[] args) throws Exception {
                        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
                        server.createContext("/", e -> {
                            for (int i = 0; i < 2000; i++) garbage = new byte[100_000];
                            byte[] answer = Integer.toString(++n).getBytes();
                            e.sendResponseHeaders(200, answer.length);
                            e.getResponseBody().write(answer);
                            e.close();
                        });
                        server.start();
                        Files.writeString(Path.of("port"), "" + server.getAddress().getPort());
                    }
                }
                """);
        answersCount(System.getProperty("java.home") + "/bin/java -XX:+UseZGC -Xmx128m Server.java");
    }

    private void answersCount(String line) throws IOException, InterruptedException {
        String get = "curl -fsS http://127.0.0.1:$(cat port)/";
        try (RealProgram server = RealProgram.start(directory, line)) {
            server.awaitSuccess("test -s port && " + get + " | grep -qx 1");
            server.checkpoint();
            assertThat(server.ask(get)).isEqualTo("2");
            server.killAndRestore();
            assertThat(server.ask(get)).isEqualTo("3");
            server.checkpoint();
            assertThat(server.ask(get)).isEqualTo("4");
        }
    }

    // Its crash handlers are daemons with sessions of their own: a pid namespace holds them all.
    @Test
    void aBrowserKeepsItsPage() throws IOException, InterruptedException {
        String image = directory.resolve("image").toString();
        String browser =
                "chromium --headless --no-sandbox --disable-gpu --remote-debugging-port=0 --user-data-dir=$PWD/d"
                        + " 'data:text/html,<title>still here</title>'";
        try (RealProgram namespace =
                RealProgram.start(directory, "unshare --pid --fork --kill-child --mount-proc " + browser)) {
            String pages = "curl -fsS http://127.0.0.1:$(head -1 d/DevToolsActivePort)/json";
            String hasPage = pages + " | grep -q '\"title\": \"still here\"'";
            namespace.awaitSuccess("test -s d/DevToolsActivePort && " + hasPage);
            String first = namespace.ask("pgrep -P " + namespace.pid());
            if (hasProtectionKeys()) {
                // Where the processor has them the browser uses them, and they are not saved yet.
                Tool.Outcome refused =
                        Tool.run("checkpoint", "--kill", "--sync=no", "-o", image, "--pid-namespace-of", first);
                assertThat(refused.endsWith(3).err()).contains("memory under a protection key");
                namespace.ask(hasPage);
                return;
            }
            Tool.run("checkpoint", "--kill", "--sync=no", "-o", image, "--pid-namespace-of", first)
                    .succeeds();
            assertThat(namespace.awaitEnd()).isNotZero();
            Path pidFile = directory.resolve("restored");
            Tool.run("restore", "-d", "--pidfile", pidFile.toString(), image).succeeds();
            try (RealProgram restored = RealProgram.of(directory, pidFile)) {
                restored.ask(hasPage);
                restored.ask(
                        "curl -fsS -X PUT '"
                                + "http://127.0.0.1:'$(head -1 d/DevToolsActivePort)'/json/new?data:text/html,<title>new</title>'");
                restored.awaitSuccess(pages + " | grep -q '\"title\": \"new\"'");
            }
        }
    }

    private static boolean hasProtectionKeys() throws IOException {
        return Files.readString(Path.of("/proc/cpuinfo")).contains(" ospke");
    }
}
