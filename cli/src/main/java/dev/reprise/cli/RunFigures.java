package dev.reprise.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a page needs of the JSON that {@code --stats} writes. Times in milliseconds. */
record RunFigures(double wallMillis, double frozenMillis, double restoreMillis, List<Phase> phases) {
    private static final long LARGEST = 1 << 20;
    private static final String NUMBER = "\\s*:\\s*([0-9]+(?:\\.[0-9]+)?)";
    private static final Pattern PHASE = Pattern.compile("\\{\\s*\"name\"\\s*:\\s*\"([a-z ]+)\"\\s*,\\s*\"start_ms\""
            + NUMBER + "\\s*,\\s*\"ms\"" + NUMBER + "\\s*}");

    /** A phase, from the start of the run. */
    record Phase(String name, double startMillis, double millis) {}

    /** Reads a file that {@code checkpoint --stats} or {@code restore --stats} has written. */
    static RunFigures read(Path file) throws IOException {
        String json = text(file);
        List<Phase> phases = new ArrayList<>();
        Matcher phase = PHASE.matcher(json);
        while (phase.find()) {
            phases.add(
                    new Phase(phase.group(1), Double.parseDouble(phase.group(2)), Double.parseDouble(phase.group(3))));
        }
        return new RunFigures(
                number(file, json, "wall_ms"),
                number(file, json, "frozen_ms"),
                number(file, json, "restore_ms"),
                phases);
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.size(file) > LARGEST ? "" : Files.readString(file);
        } catch (IOException unreadable) {
            throw new IOException(file + ": " + Failures.text(unreadable), unreadable);
        }
    }

    private static double number(Path file, String json, String name) throws IOException {
        Matcher number = Pattern.compile('"' + name + '"' + NUMBER).matcher(json);
        if (!number.find()) {
            throw new IOException(file + ": not what --stats writes");
        }
        return Double.parseDouble(number.group(1));
    }
}
