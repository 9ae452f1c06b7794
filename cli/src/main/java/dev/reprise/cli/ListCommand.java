package dev.reprise.cli;

import dev.reprise.engine.MemoryStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code reprise list}: the images that are kept in memory. */
@Command(
        name = "list",
        description = "Print which images are kept in memory (checkpoint -o mem:NAME), their sizes and ages.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:done", "1:failed", "2:wrong usage"})
final class ListCommand implements Callable<Integer> {
    private static final long SECOND = 1000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    @Mixin
    private final Console console = new Console();

    @Option(names = "--json", description = "Print JSON (docs/schema/list.json).")
    private boolean json;

    @Override
    public Integer call() {
        try {
            List<MemoryStore.Entry> entries = MemoryStore.ofUser().list();
            System.out.print(json ? json(entries) : text(entries));
            return ExitStatus.DONE;
        } catch (IOException failed) {
            console.error(Failures.text(failed), failed);
            return ExitStatus.FAILED;
        }
    }

    private static String json(List<MemoryStore.Entry> entries) {
        List<Object> images = new ArrayList<>();
        for (MemoryStore.Entry entry : entries) {
            Map<String, Object> image = new LinkedHashMap<>();
            image.put("name", "mem:" + entry.name());
            image.put("bytes", entry.bytes());
            image.put("complete", entry.complete().toInstant().toString());
            images.add(image);
        }
        return Json.of(Map.of("images", images));
    }

    private static String text(List<MemoryStore.Entry> entries) {
        StringBuilder text = new StringBuilder();
        for (MemoryStore.Entry entry : entries) {
            long age = System.currentTimeMillis() - entry.complete().toMillis();
            text.append("mem:" + entry.name() + "  " + Amounts.bytes(entry.bytes()) + "  " + age(age) + " old\n");
        }
        return text.toString();
    }

    private static String age(long millis) {
        if (millis < MINUTE) {
            return Math.max(0, millis / SECOND) + " s";
        }
        if (millis < HOUR) {
            return millis / MINUTE + " min";
        }
        return millis < DAY ? millis / HOUR + " h" : Amounts.count(millis / DAY, "day");
    }
}
