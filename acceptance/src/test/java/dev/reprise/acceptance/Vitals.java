package dev.reprise.acceptance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What a running self_checker says of itself (guests/threads/vitals.h), worker by worker. */
record Vitals(Map<String, Worker> workers) {
    /** plain_eintr in guests/threads/blocked_calls.h. */
    private static final Set<String> STOPS_END = Set.of(
            "epoll_wait", "epoll_wait_timed", "epoll_pwait_timed", "sigtimedwait", "sigwaitinfo", "recvfrom_timed");

    private static final int USED = 8;
    private static final int HEADER = 64;
    private static final int SIZE = 80;
    private static final int NAME = 48;
    private static final int NAME_LENGTH = 32;

    /** One of its threads: rounds done, rounds in which anything was wrong, the first thing that was. */
    record Worker(long ticks, long errors, long first, long detail, long eintrs) {}

    static Vitals of(Path scratch) throws IOException {
        ByteBuffer data =
                ByteBuffer.wrap(Files.readAllBytes(scratch.resolve("vitals"))).order(ByteOrder.LITTLE_ENDIAN);
        Map<String, Worker> workers = new LinkedHashMap<>();
        for (int i = 0; i < data.getLong(USED); i++) {
            int at = HEADER + i * SIZE;
            byte[] name = new byte[NAME_LENGTH];
            data.get(at + NAME, name);
            workers.put(
                    new String(name, StandardCharsets.US_ASCII).trim(),
                    new Worker(
                            data.getLong(at),
                            data.getLong(at + 8),
                            data.getLong(at + 16),
                            data.getLong(at + 24),
                            data.getLong(at + 32)));
        }
        return new Vitals(workers);
    }

    /** Whether every worker has done a round since. */
    boolean allMovedSince(Vitals before) {
        return workers.entrySet().stream()
                .allMatch(entry -> entry.getValue().ticks()
                        > before.workers.get(entry.getKey()).ticks());
    }

    /**
     * The workers that so many deaths of the tool have harmed. EINTR in a call that SIGSTOP and SIGCONT end with it, too (man
     * 7 signal), is none: a tool that dies after such a stop, and before it has put the call back, leaves no more than they.
     */
    Map<String, Worker> harmedBy(int deaths) {
        Map<String, Worker> harmed = wrong();
        harmed.entrySet()
                .removeIf(entry -> STOPS_END.contains(entry.getKey())
                        && entry.getValue().errors() == entry.getValue().eintrs()
                        && entry.getValue().errors() <= deaths);
        return harmed;
    }

    /** The workers in which anything was wrong. */
    Map<String, Worker> wrong() {
        Map<String, Worker> wrong = new LinkedHashMap<>(workers);
        wrong.values().removeIf(worker -> worker.errors() == 0);
        return wrong;
    }
}
