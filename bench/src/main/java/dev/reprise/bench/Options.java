package dev.reprise.bench;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to measure, how often and where. */
record Options(
        Path checkout,
        Path guests,
        List<String> rows,
        List<String> ways,
        int rounds,
        int secondsPerRow,
        int warmUp,
        Path directory,
        @Nullable Path json,
        boolean sync,
        boolean debug,
        boolean help) {
    static final String USAGE = String.join(
            "\n",
            "usage: bench/run [options]",
            "  --rows A,B,..    which programs: " + String.join(",", Target.names()),
            "  --ways A,B,..    library (its API in a warm JVM), tool (./reprise as a whole process),",
            "                   start (how long the tool takes to start), executable (how long executables",
            "                   do); default: all four",
            "  --rounds N       how often each is measured; figures are medians (default: 5)",
            "  --seconds N      no further round of a row begins after so long (default: 60)",
            "  --warm-up N      rounds before the library is measured (default: 150)",
            "  --dir DIR        where images are written: it decides the file system (default: /tmp)",
            "  --json FILE      every figure of every round",
            "  --sync           fsync each image, and the yardstick's file too",
            "  --debug          stack traces");

    static Options parse(String[] args) {
        Path checkout = Path.of("");
        Path guests = Path.of("");
        List<String> rows = Target.names();
        List<String> ways = List.of("library", "tool", "start", "executable");
        int rounds = 5;
        int seconds = 60;
        int warmUp = 150;
        Path directory = Path.of("/tmp");
        Path json = null;
        boolean sync = false;
        boolean debug = false;
        boolean help = false;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--checkout" -> checkout = Path.of(value(args, ++i));
                case "--guests" -> guests = Path.of(value(args, ++i));
                case "--rows" -> rows = known(value(args, ++i), Target.names());
                case "--ways" -> ways = known(value(args, ++i), ways);
                case "--rounds" -> rounds = Integer.parseInt(value(args, ++i));
                case "--seconds" -> seconds = Integer.parseInt(value(args, ++i));
                case "--warm-up" -> warmUp = Integer.parseInt(value(args, ++i));
                case "--dir" -> directory = Path.of(value(args, ++i));
                case "--json" -> json = Path.of(value(args, ++i));
                case "--sync" -> sync = true;
                case "--debug" -> debug = true;
                case "--help" -> help = true;
                default -> throw new IllegalArgumentException("unknown option " + args[i]);
            }
        }
        return new Options(checkout, guests, rows, ways, rounds, seconds, warmUp, directory, json, sync, debug, help);
    }

    private static String value(String[] args, int index) {
        if (index >= args.length) {
            throw new IllegalArgumentException(args[index - 1] + " wants a value");
        }
        return args[index];
    }

    private static List<String> known(String list, List<String> all) {
        List<String> chosen = List.of(list.split(","));
        for (String name : chosen) {
            if (!all.contains(name)) {
                throw new IllegalArgumentException("no " + name + " among " + String.join(", ", all));
            }
        }
        return chosen;
    }
}
