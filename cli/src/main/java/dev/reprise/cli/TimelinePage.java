package dev.reprise.cli;

import java.util.Locale;

/** How long a run took, phase by phase, and for how long of it the program stood still. */
final class TimelinePage {
    private static final int WIDTH = 1000;
    private static final String FREEZE = "freeze";

    private TimelinePage() {}

    static void write(RunFigures run, Markup page) {
        page.raw("<h2>The run</h2><div class=\"timeline\">");
        double whole = run.phases().stream()
                .mapToDouble(one -> one.startMillis() + one.millis())
                .reduce(Math.max(run.wallMillis(), 0.001), Math::max);
        row(page, "all", "none", 0, run.wallMillis(), whole);
        for (RunFigures.Phase phase : run.phases()) {
            row(page, phase.name(), "saved", phase.startMillis(), phase.millis(), whole);
            if (phase.name().equals(FREEZE) && run.frozenMillis() > 0) {
                row(page, "frozen", "frozen", phase.startMillis(), run.frozenMillis(), whole);
            }
        }
        page.raw("</div>\n");
    }

    private static void row(Markup page, String name, String style, double start, double millis, double whole) {
        page.element("span", name);
        page.raw("<svg viewBox=\"0 0 " + WIDTH + " 10\" preserveAspectRatio=\"none\">");
        page.raw(String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%.1f\" width=\"%.1f\" height=\"10\"/></svg>",
                style,
                WIDTH * start / whole,
                Math.max(1, WIDTH * millis / whole)));
        page.element("span class=\"faint\"", String.format(Locale.ROOT, "%.1f ms", millis));
    }
}
