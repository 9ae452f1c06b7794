package dev.reprise.bench;

import dev.reprise.cli.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures, prints a table and writes JSON. */
public final class Main {
    private final Options options;
    private final List<Object> results = new ArrayList<>();
    private boolean failed;

    private Main(Options options) {
        this.options = options;
    }

    /** Ends with 0 when every measurement came to a figure, with 1 otherwise, with 2 for wrong usage. */
    public static void main(String[] args) throws Exception {
        Options options;
        try {
            options = Options.parse(args);
        } catch (IllegalArgumentException wrong) {
            System.err.println("bench/run: " + wrong.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        if (options.help()) {
            System.out.println(Options.USAGE);
            return;
        }
        Orphans.adopt();
        Main main = new Main(options);
        main.run();
        System.exit(main.failed ? 1 : 0);
    }

    private void run() throws Exception {
        Map<String, Object> json = new LinkedHashMap<>();
        Path scratch = Files.createTempDirectory(options.directory(), "reprise-bench-");
        try {
            Map<String, Object> machine = Machine.here(options.checkout(), scratch);
            machine.forEach((name, value) -> System.out.println("- " + name + ": " + value));
            json.put("machine", machine);
            if (options.ways().contains("library")) {
                measureAll("library", new LibraryWay(options), scratch);
            }
            if (options.ways().contains("tool")) {
                measureAll("tool", new ToolWay(options, scratch, ToolWay.How.SELF), scratch);
            }
            json.put("rows", results);
            if (options.ways().contains("start")) {
                Samples samples = new Startup(options, scratch).measure();
                System.out.println("\n" + Tables.startup(samples));
                json.put("start", samples.json());
            }
            if (options.ways().contains("executable")) {
                Samples samples = new Executables(options, scratch).measure();
                System.out.println("\n" + Tables.executables(samples));
                json.put("executable", samples.json());
            }
            json.put("load_after", Machine.load());
            System.out.println("\nload average afterwards: " + Machine.load());
        } finally {
            Scratch.delete(scratch);
        }
        if (options.json() != null) {
            Files.writeString(options.json(), Json.of(json));
        }
    }

    private void measureAll(String name, Way way, Path scratch) throws IOException, InterruptedException {
        way.warmUp(options.warmUp(), scratch);
        System.out.println("\n" + Tables.heading(name));
        for (Target target : Target.chosen(options.rows())) {
            Samples samples = new Samples();
            String load = Machine.load();
            String error = "";
            try {
                new Measurement(options, target, way, scratch).run(samples);
            } catch (Exception | AssertionError failure) {
                failed = true;
                error = failure.toString();
                if (options.debug()) {
                    failure.printStackTrace();
                }
            }
            System.out.println(Tables.row(target, samples, error));
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("way", name);
            row.put("row", target.name());
            row.put("load", load);
            row.put("error", error);
            row.putAll(samples.json());
            results.add(row);
        }
    }
}
