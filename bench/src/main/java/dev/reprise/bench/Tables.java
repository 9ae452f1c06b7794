package dev.reprise.bench;

import java.util.Locale;

/** The tables, in Markdown; milliseconds unless a column says otherwise. */
final class Tables {
    private Tables() {}

    static String heading(String way) {
        return "### " + way + "\n\n"
                + "| program | rounds | image MiB | write(2) | wall | x write | frozen | x write | gap"
                + " | read(2) | restore wall | restore | x read |\n"
                + "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|";
    }

    static String row(Target target, Samples samples, String error) {
        double write = samples.median("write_ms");
        double read = samples.median("read_ms");
        double wall = samples.median("wall_ms");
        double frozen = samples.median("frozen_ms");
        double restore = samples.median("restore_ms");
        return "| " + target.name() + " | " + samples.rounds("wall_ms")
                + cells(
                        samples.median("image_mib"),
                        write,
                        wall,
                        wall / write,
                        frozen,
                        frozen / write,
                        samples.median("gap_ms"),
                        read,
                        samples.median("restore_wall_ms"),
                        restore,
                        restore / read)
                + " |" + (error.isEmpty() ? "" : " " + error);
    }

    static String startup(Samples samples) {
        StringBuilder text = new StringBuilder(
                "### start\n\n| what | JVM | JVM with AOT cache | its own checkpoint |\n|---|--:|--:|--:|\n");
        for (String what : Startup.WHAT) {
            text.append("| ").append(what);
            for (ToolWay.How how : ToolWay.How.values()) {
                text.append(cell(samples.median(what + how.suffix())));
            }
            text.append(" |\n");
        }
        return text.toString();
    }

    static String executables(Samples samples) {
        StringBuilder text =
                new StringBuilder("### executables\n\n| program | file MiB | read(2) | copied | x read | mapped"
                        + " | normal start |\n|---|--:|--:|--:|--:|--:|--:|\n");
        for (String what : Executables.WHAT) {
            double read = samples.median(what + " read");
            double copied = samples.median(what + " copied");
            text.append("| ").append(what);
            text.append(cells(
                    samples.median(what + " MiB"),
                    read,
                    copied,
                    copied / read,
                    samples.median(what + " mapped"),
                    samples.median(what + " normal")));
            text.append(" |\n");
        }
        return text.toString();
    }

    private static String cells(double... values) {
        StringBuilder text = new StringBuilder();
        for (double value : values) {
            text.append(cell(value));
        }
        return text.toString();
    }

    private static String cell(double value) {
        return Double.isFinite(value)
                ? String.format(Locale.ROOT, value >= 100 ? " | %.0f" : value >= 10 ? " | %.1f" : " | %.2f", value)
                : " | ";
    }
}
