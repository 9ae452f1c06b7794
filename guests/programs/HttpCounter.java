// An HTTP server of the JDK (com.sun.net.httpserver) with a session counter. Endpoints:
//   /count     counts the requests of a session (cookie or ?session=NAME), answers the number
//   /gc        makes garbage and collects it, answers the number of collections
//   /threads   a thread dump
//   /stop      ends the server
// Its port is in DIR/port. It looks for DIR/go like any guest and then asks itself.
// needs: moving
// guest:
// guest: Serial
// opt-out: beside: two servers cannot listen on one port of one network namespace
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

public final class HttpCounter {
    private static final Map<String, AtomicLong> SESSIONS = new ConcurrentHashMap<>();
    private static final List<String> FAILURES = new ArrayList<>();
    private static Path directory;

    public static void main(String[] arguments) throws Exception {
        directory = Path.of(arguments[0]);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.createContext("/count", exchange -> answer(exchange, Long.toString(count(exchange))));
        server.createContext("/gc", exchange -> answer(exchange, Long.toString(collect())));
        server.createContext("/threads", exchange -> answer(exchange, threads()));
        server.createContext("/stop", exchange -> {
            answer(exchange, "bye");
            System.exit(0);
        });
        server.start();
        for (int i = 1; i <= 5; i++) {
            SESSIONS.computeIfAbsent("self", name -> new AtomicLong()).incrementAndGet();
        }
        put("port", server.getAddress().getPort() + "\n");
        put("ready", ProcessHandle.current().pid() + "\n");
        System.out.println("ready");
        while (!Files.exists(directory.resolve("go"))) {
            Thread.sleep(5);
        }
        if (Files.exists(directory.resolve("sabotage"))) {
            SESSIONS.remove("self");
        }
        verify("http://127.0.0.1:" + server.getAddress().getPort());
        put("result", FAILURES.isEmpty() ? "PASS\n" : String.join("\n", FAILURES) + "\n");
        System.exit(FAILURES.isEmpty() ? 0 : 1);
    }

    private static void verify(String base) throws Exception {
        long collections = Long.parseLong(get(base + "/gc"));
        check("count of the session", get(base + "/count?session=self"), "6");
        check("the next one", get(base + "/count?session=self"), "7");
        check("another session", get(base + "/count?session=other"), "1");
        check("collects", Long.parseLong(get(base + "/gc")) > collections, true);
        check("thread dump", get(base + "/threads").contains("HTTP-Dispatcher"), true);
    }

    private static long count(HttpExchange exchange) {
        String query = exchange.getRequestURI().getQuery();
        String cookie = exchange.getRequestHeaders().getFirst("Cookie");
        String session = query != null ? query : cookie != null ? cookie : "session=none";
        return SESSIONS.computeIfAbsent(session.replaceFirst("^session=", ""), name -> new AtomicLong())
                .incrementAndGet();
    }

    private static long collect() {
        List<byte[]> kept = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            byte[] garbage = new byte[100_000];
            garbage[i] = 1;
            if (i % 40 == 0) {
                kept.add(garbage);
            }
        }
        System.gc();
        return kept.size() - 10
                + ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                        .sum();
    }

    private static String threads() {
        StringBuilder dump = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, frames) -> {
            dump.append('"').append(thread.getName()).append("\" ").append(thread.getState()).append('\n');
            for (StackTraceElement frame : frames) {
                dump.append("    at ").append(frame).append('\n');
            }
        });
        return dump.toString();
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static String get(String url) throws Exception {
        // A client for each request: none of its threads or connections is there at a checkpoint.
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body().strip();
        }
    }

    private static void check(String what, Object got, Object expected) {
        if (!expected.equals(got)) {
            FAILURES.add("FAIL: " + what + ": expected " + expected + " got " + got);
        }
    }

    private static void put(String name, String text) throws IOException {
        Path aside = directory.resolve(name + ".part");
        Files.writeString(aside, text);
        Files.move(aside, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
