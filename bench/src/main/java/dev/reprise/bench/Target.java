package dev.reprise.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that is measured.
 *
 * @param name how the table calls it
 * @param isGuest whether it lives as guests/README.md says; other programs just run
 * @param hasVitals whether it measures its own gaps
 * @param command how it is started; {@code GUESTS}, {@code DIR} and {@code JAVA} stand for paths
 */
record Target(String name, boolean isGuest, boolean hasVitals, List<String> command) {
    private static final List<Target> ALL = List.of(
            new Target("sleep", false, false, List.of("sleep", "100000")),
            guest("memory-64", "GUESTS/big", "DIR", "64", "small"),
            guest("memory-512", "GUESTS/big", "DIR", "512", "small"),
            guest("memory-2048", "GUESTS/big", "DIR", "2048", "small"),
            guest("memory-512-huge", "GUESTS/big", "DIR", "512", "huge"),
            guest("threads-64", "GUESTS/many_threads", "DIR", "64"),
            guest("threads-1000", "GUESTS/many_threads", "DIR", "1000"),
            guest("processes-101", "GUESTS/many_processes", "DIR"), // with 200 pipes
            guest("python3", "python3", "GUESTS/python_threads.py", "DIR"),
            guest("jvm-http", "JAVA", "-XX:+UseSerialGC", "-cp", "GUESTS", "HttpCounter", "DIR"),
            new Target("self-checker", true, true, List.of("GUESTS/self_checker", "DIR", "multi")));

    private static Target guest(String name, String... command) {
        return new Target(name, true, false, List.of(command));
    }

    static List<String> names() {
        return ALL.stream().map(Target::name).toList();
    }

    static List<Target> chosen(List<String> names) {
        return ALL.stream().filter(target -> names.contains(target.name())).toList();
    }

    static Target named(String name) {
        return chosen(List.of(name)).getFirst();
    }

    List<String> command(Path guests, Path directory) {
        List<String> words = new ArrayList<>();
        for (String word : command) {
            words.add(word.replace("GUESTS", guests.toString())
                    .replace("DIR", directory.toString())
                    .replace("JAVA", System.getProperty("java.home") + "/bin/java"));
        }
        return words;
    }
}
