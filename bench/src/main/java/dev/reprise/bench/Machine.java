package dev.reprise.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where and when figures were taken. */
final class Machine {
    private Machine() {}

    static Map<String, Object> here(Path checkout, Path directory) throws IOException, InterruptedException {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        machine.put("commit", commit(checkout));
        machine.put("cpu", valueOf("/proc/cpuinfo", "model name"));
        machine.put("cores", Runtime.getRuntime().availableProcessors());
        machine.put("memory", valueOf("/proc/meminfo", "MemTotal"));
        machine.put(
                "kernel",
                Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        machine.put("java", System.getProperty("java.vm.version"));
        machine.put("images_on", Files.getFileStore(directory).type() + " in " + directory.getParent());
        machine.put("load_before", load());
        return machine;
    }

    /** The load averages of 1, 5 and 15 minutes. */
    static String load() throws IOException {
        String text = Files.readString(Path.of("/proc/loadavg"));
        return text.substring(0, text.lastIndexOf(' ', text.lastIndexOf(' ') - 1));
    }

    private static String valueOf(String file, String name) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    private static String commit(Path checkout) throws IOException, InterruptedException {
        Process git = new ProcessBuilder("git", "-C", checkout.toString(), "describe", "--always", "--dirty")
                .redirectErrorStream(true)
                .start();
        String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return git.waitFor() == 0 ? text : "unknown";
    }
}
