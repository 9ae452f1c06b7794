package dev.reprise.acceptance;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What an operation could leave in this JVM and in its directory. */
record OwnTraces(
        TreeMap<String, String> descriptors,
        List<String> segments,
        List<String> threads,
        List<Integer> children,
        List<String> files) {
    private static final String OURS = "tracer|supervisor|checksums|growth-watch";
    private static final long POLL_MILLIS = 5;

    /** As it is now; {@code directory}: where images are. */
    static OwnTraces of(Path directory) throws IOException {
        return new OwnTraces(
                descriptorsNow(), segmentsNow(), threadsNow(), List.copyOf(Tasks.children()), filesIn(directory));
    }

    private static TreeMap<String, String> descriptorsNow() throws IOException {
        TreeMap<String, String> found = new TreeMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path one : all) {
                try {
                    String target = Files.readSymbolicLink(one).toString();
                    if (!target.matches("/proc/\\d+/fd|.*\\.(jar|class)")) {
                        found.put(one.getFileName().toString(), target);
                    }
                } catch (IOException closed) {
                    // the directory's own
                }
            }
        }
        return found;
    }

    private static List<String> segmentsNow() throws IOException {
        List<String> found = new ArrayList<>(CyclesTest.Counts.ownSegments());
        Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains("/SYSV"))
                .forEach(found::add);
        return found;
    }

    private static List<String> threadsNow() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.matches(OURS))
                .toList();
    }

    private static List<String> filesIn(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            all.forEach(file -> names.add(file.getFileName().toString()));
        }
        names.sort(null);
        return names;
    }

    /** The same against what is there when nothing changes any more; threads and children take a moment to end. */
    List<String> lasting(Path directory, Duration patience) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        List<String> differences = differences(of(directory));
        while (!differences.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(POLL_MILLIS);
            differences = differences(of(directory));
        }
        return differences;
    }

    /** What is there now and was not then, or the other way round. */
    List<String> differences(OwnTraces now) {
        List<String> differences = new ArrayList<>();
        compare("descriptors", descriptors, now.descriptors, differences);
        compare("segments", segments, now.segments, differences);
        compare("threads", List.of(), now.threads, differences);
        if (!children.equals(now.children)) {
            differences.add("children " + children + " became " + now.children + described(now.children));
        }
        compare("files", files, now.files, differences);
        return differences;
    }

    private String described(List<Integer> now) {
        StringBuilder text = new StringBuilder();
        for (int child : now) {
            if (!children.contains(child)) {
                text.append('\n')
                        .append(Tasks.commandLine(child).replace('\0', ' '))
                        .append(Tasks.describe(child));
            }
        }
        return text.toString();
    }

    private static void compare(String what, Object then, Object now, List<String> differences) {
        if (!then.equals(now)) {
            differences.add(what + " " + then + " became " + now);
        }
    }
}
