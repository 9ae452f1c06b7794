package dev.reprise.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A process as it looks from outside: what must be the same after a checkpoint, and after a restore. */
final class Outside {
    // What changes by itself, or counts what happened and cannot be set back.
    private static final Pattern RESTLESS = Pattern.compile(
            "(State|Vm(Peak|HWM|RSS|PTE|Swap)|Rss\\w+|SigQ|voluntary_ctxt_switches|nonvoluntary_ctxt_switches"
                    + "|x86_Thread_features\\w*|Cpus_allowed_list|Mems_allowed\\w*|HugetlbPages|CoreDumping):.*");
    private static final Pattern MOVING = Pattern.compile(
            "(Vm\\w+|Threads|SigPnd|ShdPnd|SigBlk|pos|eventfd-count|sigmask|tfd|pending|total|inotify wd.*"
                    + "|(Cached)?[SC]q(Head|Tail)|[SC]QEs|\\s*\\d+: user_data):.*");
    private static final Pattern OF_THIS_LIFE = Pattern.compile("(PPid|FDSize):.*");
    private static final Pattern OBJECT_NUMBER = Pattern.compile(
            "((?<=:\\[)\\d+(?=])|(?<=/dev/pts/)\\d+|(?<=^eventfd-id: )\\s*\\d+|(?<=^ino:\t)\\d+|(?<=^tty-index:\t)\\d+|(?<=^(mnt|map)_id:\t)\\d+|(?<=^ClockID: )-\\d+"
                    + "|(?<=sdev:)\\S+|(?<=f_handle:)\\S+|(?<= ino:)\\S+|(?<= 00:\\w\\w:)\\d+(?= \\d+ )|(?<=/#)\\d+(?= \\(deleted\\)))");
    private static final Pattern DELETED_INODE = Pattern.compile(
            "(?<= )[0-9a-f]{2,}:[0-9a-f]{2,} \\d+(?=\\s+(anon_inode:\\[io_uring]|socket:\\[|/memfd:|/dev/zero|/SYSV|.*\\(deleted\\)))");

    private final TreeMap<String, String> facts = new TreeMap<>();
    private final int pid;

    private Outside(int pid) {
        this.pid = pid;
    }

    /** How the process looks now, to itself and its system. */
    static Outside of(int pid) throws IOException {
        Outside outside = new Outside(pid);
        outside.look("/proc/" + pid);
        return outside;
    }

    /** Of a program of which nothing stays as it is. */
    static Outside nothingOf(int pid) {
        return new Outside(pid);
    }

    /** What a program that goes on by itself is left with: what only it changes is no difference. */
    Outside ofMoving() {
        Outside still = new Outside(pid);
        facts.forEach((name, value) -> {
            // Threads come and go; the leader stays.
            boolean passing = name.matches("\\d+ .*") && !name.startsWith(pid + " ");
            if (!name.equals("maps") && !name.equals("flags of mappings") && !passing) {
                still.facts.put(name, keep(value, line -> !MOVING.matcher(line).matches()));
            }
        });
        return still;
    }

    /** Without what is the terminal's: its session, and whichever file leads to it. */
    Outside onAnyTerminal() {
        Outside rest = new Outside(pid);
        facts.forEach((name, value) -> {
            if (!name.matches("descriptor [012]")) {
                rest.facts.put(name, keep(value, line -> !line.startsWith("NSsid:")));
            }
        });
        return rest;
    }

    /** What is different in {@code later}, one line each; {@code sameLife} when it is still the same process. */
    List<String> differences(Outside later, boolean sameLife) {
        TreeMap<String, String> ours = sameLife ? facts : relative();
        TreeMap<String, String> theirs = sameLife ? later.facts : later.relative();
        List<String> differences = new ArrayList<>();
        ours.forEach((name, value) -> {
            String other = theirs.getOrDefault(name, "nothing");
            if (!value.equals(other)) {
                differences.add(difference(name, value, other));
            }
        });
        theirs.forEach((name, value) -> {
            if (!ours.containsKey(name)) {
                differences.add(name + ": nothing before, now " + value);
            }
        });
        return differences;
    }

    private static String difference(String name, String before, String now) {
        List<String> a = new ArrayList<>(before.lines().toList());
        List<String> b = new ArrayList<>(now.lines().toList());
        List<String> both = new ArrayList<>(a);
        both.retainAll(b);
        a.removeAll(both);
        b.removeAll(both);
        return name + ": " + (a.isEmpty() && b.isEmpty() ? "another order" : a + " became " + b);
    }

    private void look(String proc) throws IOException {
        for (String file : List.of(
                "maps",
                "cmdline",
                "environ",
                "auxv",
                "timers",
                "limits",
                "oom_score_adj",
                "loginuid",
                "coredump_filter",
                "cgroup",
                "personality")) {
            facts.put(file, text(proc + "/" + file));
        }
        facts.put("flags of mappings", lines(proc + "/smaps", line -> line.startsWith("VmFlags")));
        for (String link : List.of("exe", "cwd", "root")) {
            facts.put(link, link(proc + "/" + link));
        }
        for (String tid : names(proc + "/task")) {
            addUnlessGone(() -> ofTask(proc + "/task/" + tid, tid));
        }
        for (String fd : names(proc + "/fd")) {
            addUnlessGone(
                    () -> Map.of("descriptor " + fd, link(proc + "/fd/" + fd) + "\n" + info(proc + "/fdinfo/" + fd)));
        }
        for (String namespace : names(proc + "/ns")) {
            facts.put("namespace " + namespace, link(proc + "/ns/" + namespace));
        }
    }

    private static Map<String, String> ofTask(String task, String tid) throws IOException {
        return Map.of(
                tid + " name",
                text(task + "/comm"),
                tid + " status",
                lines(task + "/status", line -> !RESTLESS.matcher(line).matches()),
                tid + " children",
                text(task + "/children"),
                tid + " timer slack",
                text("/proc/" + tid + "/timerslack_ns"),
                tid + " scheduling",
                scheduling(text(task + "/stat")));
    }

    private interface Facts {
        Map<String, String> find() throws IOException;
    }

    // A descriptor that was closed, or a thread that has ended, since it was listed is not there.
    private void addUnlessGone(Facts more) throws IOException {
        try {
            facts.putAll(more.find());
        } catch (NoSuchFileException gone) {
            // as if it had been gone before
        } catch (IOException failure) {
            if (!String.valueOf(failure.getMessage()).contains("No such process")) {
                throw failure;
            }
        }
    }

    // The rest of a timer's time goes by; a readable descriptor's state is a matter of the moment.
    private static String info(String path) throws IOException {
        // The members of an epoll are in the order of kernel addresses.
        return text(path)
                .lines()
                .filter(line -> !line.startsWith("it_value") && !line.startsWith("ticks"))
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    private static String scheduling(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return fields.length < 39 ? "gone" : "nice " + fields[16] + " rt " + fields[37] + " policy " + fields[38];
    }

    // Without the numbers that are new in a new life: inodes of pipes and memory, the parent.
    private TreeMap<String, String> relative() {
        TreeMap<String, String> relative = new TreeMap<>();
        facts.forEach((name, value) -> {
            if (!name.startsWith("namespace ") && !name.equals("cgroup")) {
                StringBuilder lines = new StringBuilder();
                value.lines()
                        .filter(line -> !OF_THIS_LIFE.matcher(line).matches())
                        .map(line -> OBJECT_NUMBER.matcher(line).replaceAll("N"))
                        .map(line -> line.replace(".reprise (deleted)", " (deleted)")) // its name is taken by now
                        .map(line -> DELETED_INODE.matcher(line).replaceAll("N"))
                        .forEach(line -> lines.append(line).append('\n'));
                relative.put(name, lines.toString());
            }
        });
        return relative;
    }

    private static String lines(String path, Predicate<String> wanted) throws IOException {
        return keep(text(path), wanted);
    }

    private static String keep(String text, Predicate<String> wanted) {
        StringBuilder kept = new StringBuilder();
        text.lines().filter(wanted).forEach(line -> kept.append(line).append('\n'));
        return kept.toString();
    }

    private static String text(String path) throws IOException {
        return Files.readString(Path.of(path), StandardCharsets.ISO_8859_1);
    }

    private static String link(String path) throws IOException {
        try {
            return Files.readSymbolicLink(Path.of(path)).toString();
        } catch (NoSuchFileException gone) {
            return "nothing";
        }
    }

    private static List<String> names(String directory) throws IOException {
        try (var entries = Files.list(Path.of(directory))) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    @Override
    public String toString() {
        return "process " + pid + " " + facts;
    }
}
