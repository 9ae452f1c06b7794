package dev.reprise.cli;

import dev.reprise.engine.Check;
import dev.reprise.engine.SelfImage;
import dev.reprise.engine.model.Feature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code reprise check}: what this kernel, user and machine allow. */
@Command(
        name = "check",
        description = "Tell what this kernel, user and machine allow, feature by feature, each probed just now.")
final class CheckCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print JSON (docs/schema/check.json).")
    private boolean json;

    @Override
    public Integer call() {
        List<Feature> features = Check.machine();
        System.out.print(json ? Json.of(map(features)) : text(features));
        return ExitStatus.DONE;
    }

    static String text(List<Feature> features) {
        int width = features.stream().mapToInt(f -> f.name().length()).max().orElse(1);
        StringBuilder text = new StringBuilder(4096);
        for (Feature feature : features) {
            text.append(feature.available() ? "yes  " : "no   ")
                    .append(feature.name())
                    .repeat(' ', width - feature.name().length() + 2)
                    .append(Console.oneLine(feature.found()))
                    .append("; for ")
                    .append(feature.purpose())
                    .append(feature.available() ? "" : consequence(feature.need()))
                    .append('\n');
        }
        return text.append(verdict(features))
                .append("; this tool was started ")
                .append(SelfImage.isStarted() ? "from a checkpoint of itself" : "on a new JVM")
                .append('\n')
                .toString();
    }

    private static String consequence(Feature.Need need) {
        return switch (need) {
            case REQUIRED -> " [nothing works without it]";
            case PARTIAL -> " [some programs need it]";
            case OPTIONAL -> " [only speed or comfort is lost]";
        };
    }

    private static String verdict(List<Feature> features) {
        boolean able = features.stream().allMatch(f -> f.available() || f.need() != Feature.Need.REQUIRED);
        return able ? "checkpoints and restores work here" : "checkpoints and restores do not work here";
    }

    static Map<String, Object> map(List<Feature> features) {
        List<Object> list = new ArrayList<>();
        for (Feature feature : features) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("name", feature.name());
            map.put("available", feature.available());
            map.put("need", feature.need().name().toLowerCase(Locale.ROOT));
            map.put("found", feature.found());
            map.put("purpose", feature.purpose());
            list.add(map);
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("able", features.stream().allMatch(f -> f.available() || f.need() != Feature.Need.REQUIRED));
        map.put("started_from", SelfImage.isStarted() ? "checkpoint" : "jvm");
        map.put("features", list);
        return map;
    }
}
