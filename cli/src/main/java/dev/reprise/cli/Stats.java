package dev.reprise.cli;

import dev.reprise.engine.model.CheckpointStats;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.model.RestoreStats;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON of {@code --stats}: docs/schema/stats.json. Every number is always there, 0 where it means nothing. */
final class Stats {
    private Stats() {}

    static String done(CheckpointStats stats, List<Reporting.Phase> phases) {
        Map<String, Object> map = of("done", stats, RestoreStats.NOTHING, stats.wallNanos());
        map.put("phases", phases(phases));
        return Json.of(map);
    }

    static String done(RestoreStats stats, List<Reporting.Phase> phases) {
        Map<String, Object> map = of("done", CheckpointStats.NOTHING, stats, stats.wallNanos());
        map.put("phases", phases(phases));
        return Json.of(map);
    }

    static String failed(Reason reason, List<Reporting.Phase> phases, long startNanos) {
        long wallNanos = System.nanoTime() - startNanos;
        Map<String, Object> map = of(outcome(reason), CheckpointStats.NOTHING, RestoreStats.NOTHING, wallNanos);
        map.put("reason", reason.text());
        map.put("refusals", reason instanceof Reason.Unsupported(var _, var refusals) ? of(refusals) : List.of());
        map.put("phases", phases(phases));
        return Json.of(map);
    }

    // Each lasts until the next begins, the last one until now.
    private static List<Object> phases(List<Reporting.Phase> phases) {
        List<Object> list = new ArrayList<>(phases.size());
        for (int i = 0; i < phases.size(); i++) {
            long start = phases.get(i).startNanos();
            long end = i + 1 < phases.size() ? phases.get(i + 1).startNanos() : System.nanoTime();
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("name", phases.get(i).name());
            map.put("start_ms", (start - phases.getFirst().startNanos()) / 1e6);
            map.put("ms", (end - start) / 1e6);
            list.add(map);
        }
        return list;
    }

    private static String outcome(Reason reason) {
        return reason instanceof Reason.Unsupported ? "refused" : "failed";
    }

    private static Map<String, Object> of(
            String outcome, CheckpointStats checkpoint, RestoreStats restore, long wallNanos) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("outcome", outcome);
        map.put("wall_ms", wallNanos / 1e6);
        map.put("freezing_ms", checkpoint.freezingNanos() / 1e6);
        map.put("frozen_ms", checkpoint.frozenNanos() / 1e6);
        map.put("restore_ms", restore.restoreNanos() / 1e6);
        map.put("pages", checkpoint.pages() + restore.pages());
        map.put("bytes_written", checkpoint.bytesWritten());
        map.put("image_bytes", checkpoint.imageBytes() + restore.imageBytes());
        map.put("copied_bytes", checkpoint.copiedBytes());
        map.put("repeated_pages", checkpoint.repeatedPages());
        map.put("tasks", checkpoint.tasks() + restore.tasks());
        map.put("threads", checkpoint.threads() + restore.threads());
        return map;
    }

    static List<Object> of(List<Refusal> refusals) {
        List<Object> list = new ArrayList<>();
        for (Refusal refusal : refusals) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("resource", refusal.resource());
            map.put("where", refusal.where());
            map.put("reason", refusal.reason());
            map.put("help", refusal.help());
            list.add(map);
        }
        return list;
    }
}
