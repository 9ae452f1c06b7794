package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** docs/supported.md: made from what ran, so that it cannot promise more. Rewritten by {@code -Dreprise.update=true}. */
final class SupportedPage {
    private static final Path PAGE = Checkout.ROOT.resolve("docs/supported.md");
    private static final Path REFUSERS = Checkout.ROOT.resolve("engine/src/main/java/dev/reprise/engine/capture");
    private static final Pattern REFUSAL =
            Pattern.compile("(?:new Refusal|refuse\\w*)\\(\\s*(?:\\w+(?:\\(\\))?,\\s*)?\"([^\"]+)\"(\\s*\\+)?");

    private final List<Guest> guests;
    private final Outcomes outcomes;
    private final StringBuilder page = new StringBuilder();

    private SupportedPage(List<Guest> guests, Outcomes outcomes) {
        this.guests = guests;
        this.outcomes = outcomes;
    }

    /** Compares the page with a complete run, or rewrites it. */
    static void check(List<Guest> guests, Outcomes outcomes) throws IOException {
        assertThat(outcomes.missing(guests)).as("cases that did not run").isEmpty();
        String page = new SupportedPage(guests, outcomes).write();
        if (Boolean.getBoolean("reprise.update")) {
            Files.writeString(PAGE, page);
        } else if (!withoutUnbuilt(guests, Files.readString(PAGE)).equals(page)) {
            Files.writeString(Path.of("target/supported.md"), page);
            throw new AssertionError("docs/supported.md is not what ran (acceptance/target/supported.md):"
                    + " run with -Dreprise.update=true, and commit it");
        }
    }

    // Where there is no Go compiler its programs are not among the guests.
    private static String withoutUnbuilt(List<Guest> guests, String page) throws IOException {
        String kept = page;
        for (Map.Entry<String, String> source : sources().entrySet()) {
            boolean isBuilt = guests.stream().anyMatch(guest -> guest.program().equals(source.getKey()));
            if (source.getValue().endsWith(".go") && !isBuilt) {
                kept = kept.replaceAll("(?m)^\\| " + source.getKey() + " \\|.*\n", "");
            }
        }
        return kept;
    }

    private String write() throws IOException {
        page.append("# What can be checkpointed\n\n")
                .append("Made from the acceptance tests (`-Dreprise.update=true`): every line is a program in"
                        + " `guests/` that")
                .append(" checks itself, every column a way in which it is run. Nothing stands here that did not"
                        + " pass.\n\n")
                .append("| column | |\n|---|---|\n");
        for (Way way : shown()) {
            page.append("| ").append(way.id()).append(" | ").append(way.title()).append(" |\n");
        }
        Map<String, String> sources = sources();
        Map<String, List<Guest>> byDirectory = new TreeMap<>();
        for (Guest guest : guests) {
            String directory = sources.getOrDefault(stem(guest), "?").replaceFirst("/.*", "");
            byDirectory.computeIfAbsent(directory, _ -> new ArrayList<>()).add(guest);
        }
        byDirectory.forEach(this::section);
        refusals();
        return page.toString();
    }

    private static List<Way> shown() {
        return List.of(
                Way.RESUME,
                Way.COPY_ON_WRITE,
                Way.TWIN,
                Way.RESTORE,
                Way.PIPE,
                Way.TWICE,
                Way.PID_NAMESPACE,
                Way.EXECUTABLE,
                Way.PROOF,
                Way.LAZY);
    }

    private void section(String directory, List<Guest> members) {
        page.append("\n## ").append(directory).append("\n\n| program |");
        shown().forEach(way -> page.append(' ').append(way.id()).append(" |"));
        page.append("\n|---|").append("---|".repeat(shown().size())).append('\n');
        Map<String, String> notes = new LinkedHashMap<>();
        members.stream().sorted((a, b) -> a.name().compareTo(b.name())).forEach(guest -> {
            page.append("| ").append(guest.name()).append(" |");
            for (Way way : shown()) {
                page.append(' ').append(cell(guest, way, notes)).append(" |");
            }
            page.append('\n');
        });
        notes.forEach((text, mark) ->
                page.append("\n").append(mark).append(' ').append(text).append('\n'));
    }

    private String cell(Guest guest, Way way, Map<String, String> notes) {
        String reason = ExpectedSkips.reason(guest, way);
        if (reason == null) {
            reason = guest.optOut(way);
        }
        if (reason != null) {
            int number = notes.size() + 1;
            return notes.computeIfAbsent(reason, _ -> "(" + number + ")");
        }
        return outcomes.of(guest, way).equals("passed") ? "yes" : "NO";
    }

    private void refusals() throws IOException {
        TreeSet<String> refusals = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        try (var files = Files.list(REFUSERS)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                Matcher found = REFUSAL.matcher(Files.readString(file));
                while (found.find()) {
                    // A name that goes on behind the literal, unless the literal is only the place.
                    String name = found.group(1).strip() + (found.group(2) == null ? "" : " ...");
                    if (!name.matches("(descriptor|process|task) \\.\\.\\.")) {
                        refusals.add(name);
                    }
                }
            }
        }
        page.append("\n## Refused by name\n\n")
                .append("`reprise explain PID` says so before anything is touched, each with its place, its reason and"
                        + " what")
                .append(" would help (from the sources of `engine/capture`):\n\n");
        refusals.forEach(refusal -> page.append("- ").append(refusal).append('\n'));
    }

    private static String stem(Guest guest) {
        return guest.program().replaceFirst("\\.(static|py|java|bash)$", "");
    }

    // From a program's name without extension to its file within guests/.
    private static Map<String, String> sources() throws IOException {
        Path directory = Checkout.ROOT.resolve("guests");
        Map<String, String> sources = new TreeMap<>();
        try (var files = Files.walk(directory, 2)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                String name = file.getFileName().toString();
                if (name.indexOf('.') > 0) {
                    sources.put(
                            name.substring(0, name.indexOf('.')),
                            directory.relativize(file).toString());
                }
            });
        }
        return sources;
    }
}
