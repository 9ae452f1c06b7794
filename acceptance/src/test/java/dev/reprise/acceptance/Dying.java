package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A tool that dies by SIGKILL before one of its steps, which the door itself counts (kernel.Steps). */
final class Dying {
    /** The options of a run that only counts. */
    static final List<String> COUNTING = List.of("-Dreprise.steps=count");

    private static final Pattern COUNT = Pattern.compile("steps: (\\d+)");
    private static final int KILLED = 128 + 9;

    private Dying() {}

    /** Of the steps only calls of this name count; all of them where it is empty. */
    static List<String> of(String call, List<String> options) {
        List<String> all = new ArrayList<>(options);
        if (!call.isEmpty()) {
            all.add("-Dreprise.steps.of=" + call);
        }
        return all;
    }

    /** The options of a run that dies. */
    static List<String> before(int step) {
        return List.of("-Dreprise.steps=" + step);
    }

    /** The steps to die before: all in the long form, else a sample of about so many. */
    static List<Integer> steps(Tool.Outcome counted, int sample) {
        Matcher count = COUNT.matcher(counted.err());
        assertThat(count.find()).as(counted.err()).isTrue();
        int all = Integer.parseInt(count.group(1));
        int stride = Boolean.getBoolean("reprise.long") ? 1 : Math.max(1, all / sample);
        List<Integer> steps = new ArrayList<>();
        for (int step = 1; step <= all; step += stride) {
            steps.add(step);
        }
        return steps;
    }

    /** It may have died, or needed fewer steps this time. */
    static Tool.Outcome requireExpected(Tool.Outcome outcome) {
        assertThat(outcome.status()).as(outcome.err()).isIn(0, KILLED);
        return outcome;
    }
}
