package dev.reprise.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What ran, and how it ended: target/outcomes.tsv, from which docs/supported.md is made. */
final class Outcomes {
    private final Map<String, String> outcomes = new ConcurrentHashMap<>();

    /** Notes an outcome; the file target/progress has them all as they come, for those who wait. */
    void add(Guest guest, Way way, String outcome) throws IOException {
        outcomes.put(guest.name() + "\t" + way.id(), outcome.lines().findFirst().orElse(""));
        Files.writeString(
                Path.of("target/progress"),
                guest.name() + ": " + way.id() + ": " + outcome + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** How a case ended; empty when it did not run. */
    String of(Guest guest, Way way) {
        return outcomes.getOrDefault(guest.name() + "\t" + way.id(), "");
    }

    /** The cases that did not run in a way from {@link Way#RESUME} on, for no reason. */
    List<String> missing(List<Guest> guests) {
        List<String> missing = new ArrayList<>();
        for (Guest guest : guests) {
            for (Way way : Way.values()) {
                if (way.compareTo(Way.RESUME) >= 0
                        && !guest.optsOutOf(way)
                        && of(guest, way).isEmpty()) {
                    missing.add(guest.name() + " " + way.id());
                }
            }
        }
        return missing;
    }

    void write(List<Guest> guests) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Guest guest : guests) {
            for (Way way : Way.values()) {
                String key = guest.name() + "\t" + way.id();
                String optOut = guest.optOut(way);
                String outcome = optOut == null ? outcomes.get(key) : "opted out: " + optOut;
                if (outcome != null) {
                    text.append(key).append('\t').append(outcome).append('\n');
                }
            }
        }
        Files.writeString(Path.of("target/outcomes.tsv"), text);
    }
}
