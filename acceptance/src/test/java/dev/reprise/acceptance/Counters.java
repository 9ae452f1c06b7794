package dev.reprise.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the machine has that a checkpoint or a restore could leave behind. What others of its processes use is theirs. */
record Counters(Set<String> things, Map<String, Long> kilobytes) {
    private static final long POLL_MILLIS = 50;
    private static final String ENDED = " ended";
    /** What may be more of each afterwards: the tool compiles itself, the kernel keeps what it may need again. */
    private static final Map<String, Long> ALLOWED =
            Map.of("this JVM beside its heap", 128L << 10, "kernel", 96L << 10, "Shmem", 48L << 10);

    private static final Pattern KERNEL = Pattern.compile("SUnreclaim|PageTables|KernelStack|VmallocUsed|Percpu");
    private static final Pattern ANY = Pattern.compile(".*");
    /** Where others have theirs, too; without what these tests make. */
    private static final Pattern OURS = Pattern.compile("(?!(sem\\.)?reprise-(guest|real|self|out|err)-).*reprise.*");

    /** As it is now. */
    static Counters of() throws IOException {
        return new Counters(thingsNow(), kilobytesNow());
    }

    private static Set<String> thingsNow() throws IOException {
        Set<String> things = new TreeSet<>(Files.readAllLines(Path.of("/proc/self/mounts")));
        addSystemV(things);
        addFiles(things, System.getProperty("java.io.tmpdir"), OURS);
        addFiles(things, "/dev/shm", OURS);
        String cache = System.getProperty("user.home") + "/.cache/reprise";
        for (String directory : List.of("/dev/shm/reprise-0", cache, cache + "/self", "/run/netns")) {
            addFiles(things, directory, ANY);
        }
        try (Stream<Path> groups = Files.find(Path.of("/sys/fs/cgroup"), 9, (_, file) -> file.isDirectory())) {
            groups.forEach(group -> things.add(group.toString()));
        }
        for (int process : Tasks.family((int) ProcessHandle.current().pid())) {
            things.add("process " + process + (Tasks.isAlive(process) ? "" : ENDED));
            for (String namespace : List.of("net", "mnt", "ipc", "pid")) {
                things.add("namespace " + link(Path.of("/proc/" + process + "/ns/" + namespace)));
            }
        }
        return things;
    }

    private static void addFiles(Set<String> things, String directory, Pattern which) {
        String[] names = Path.of(directory).toFile().list();
        Stream.of(names == null ? new String[0] : names)
                .filter(which.asMatchPredicate())
                .forEach(name -> things.add(directory + "/" + name));
    }

    // Of a segment the fifth column is its maker.
    private static void addSystemV(Set<String> things) throws IOException {
        long own = ProcessHandle.current().pid();
        for (String kind : List.of("shm", "sem", "msg")) {
            for (String line : Files.readAllLines(Path.of("/proc/sysvipc/" + kind))) {
                String[] columns = line.strip().split("\\s+");
                boolean isOfAnother = kind.equals("shm")
                        && columns[4].matches("\\d+")
                        && Long.parseLong(columns[4]) != own
                        && Tasks.isAlive(Integer.parseInt(columns[4]));
                if (!isOfAnother) {
                    things.add(kind + " " + columns[0] + " " + columns[1]);
                }
            }
        }
    }

    private static String link(Path path) {
        try {
            return Files.readSymbolicLink(path).toString();
        } catch (IOException ended) {
            return "of nobody";
        }
    }

    private static Map<String, Long> kilobytesNow() throws IOException {
        Map<String, Long> all = Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .map(line -> line.split("[: ]+"))
                .collect(Collectors.toMap(
                        words -> KERNEL.matcher(words[0]).matches() ? "kernel" : words[0],
                        words -> Long.parseLong(words[1]),
                        Long::sum));
        all.keySet().retainAll(ALLOWED.keySet());
        all.put("this JVM beside its heap", besideHeap());
        return new TreeMap<>(all);
    }

    // The heap lies in the first 32 GiB, for short pointers; nothing else that is large does.
    private static long besideHeap() throws IOException {
        long sum = 0;
        boolean isHeap = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                isHeap = Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16) < 32L << 30;
            } else if (!isHeap && line.startsWith("Rss:")) {
                sum += Long.parseLong(line.split(" +")[1]);
            }
        }
        return sum;
    }

    /** What is more now, and stays. */
    List<String> more(Duration patience) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        Set<String> more = null;
        do {
            Set<String> now = moreOf(of());
            if (more == null) {
                more = now;
            } else {
                more.retainAll(now);
                Thread.sleep(POLL_MILLIS);
            }
        } while (!more.isEmpty() && System.nanoTime() < deadline);
        return new ArrayList<>(more);
    }

    private Set<String> moreOf(Counters now) {
        Set<String> more = new TreeSet<>(now.things);
        more.removeAll(things);
        // what other tests had left alive may end meanwhile
        more.removeIf(thing -> thing.endsWith(ENDED) && things.contains(thing.replace(ENDED, "")));
        now.kilobytes.forEach((name, size) -> {
            if (size > kilobytes.get(name) + ALLOWED.get(name)) {
                more.add(name + " has grown from " + kilobytes.get(name) + " to " + size + " kB");
            }
        });
        return more;
    }

    /** How much more there is of what is counted in bytes. */
    String memoryOf(Counters now) {
        return now.kilobytes.entrySet().stream()
                .map(entry -> entry.getKey() + " " + (entry.getValue() - kilobytes.get(entry.getKey())) + " kB")
                .collect(Collectors.joining(", "));
    }
}
