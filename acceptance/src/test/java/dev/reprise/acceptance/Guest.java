package dev.reprise.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One case of a guest: a line of guests.list (guests/README.md, "Header lines").
 *
 * @param optOuts reasons by the name of the way
 */
record Guest(
        String name,
        String runner,
        String program,
        List<String> arguments,
        List<String> needs,
        Map<String, String> optOuts) {
    static List<Guest> all() {
        try {
            return Files.readAllLines(Checkout.GUESTS.resolve("guests.list")).stream()
                    .map(Guest::of)
                    .toList();
        } catch (IOException missing) {
            throw new UncheckedIOException("the guests are built by ./mvnw process-test-resources", missing);
        }
    }

    /** The case with this name. */
    static Guest named(String name) {
        return all().stream()
                .filter(guest -> guest.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Guest of(String line) {
        String[] columns = line.split("\t", -1);
        Map<String, String> optOuts = new LinkedHashMap<>();
        for (String optOut : columns[5].split(";")) {
            int colon = optOut.indexOf(':');
            if (colon > 0) {
                optOuts.put(
                        optOut.substring(0, colon).strip(),
                        optOut.substring(colon + 1).strip());
            }
        }
        return new Guest(columns[0], columns[1], columns[2], words(columns[3]), words(columns[4]), optOuts);
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split(" +"));
    }

    /** Whether it has a reason not to be run in a way. */
    boolean optsOutOf(Way way) {
        return optOut(way) != null;
    }

    /** The reason not to be run in a way; what cannot be restored cannot be after a copy on write, from twins, lazily, nor be proved. */
    @Nullable
    String optOut(Way way) {
        String own = optOuts.get(way.id());
        return own == null && (way == Way.COPY_ON_WRITE || way == Way.TWIN || way == Way.PROOF || way == Way.LAZY)
                ? optOuts.get(Way.RESTORE.id())
                : own;
    }

    /** How it is run in a scratch directory. */
    List<String> command(Path scratch) {
        List<String> command = new ArrayList<>();
        switch (runner) {
            case "native" -> {}
            case "java" -> {
                command.add(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString());
                arguments.forEach(collector -> command.add("-XX:+Use" + collector + "GC"));
            }
            default -> command.add(runner);
        }
        command.add(Checkout.GUESTS.resolve(program).toString());
        command.add(scratch.toString());
        if (!runner.equals("java")) {
            command.addAll(arguments);
        }
        return command;
    }

    @Override
    public String toString() {
        return name;
    }
}
