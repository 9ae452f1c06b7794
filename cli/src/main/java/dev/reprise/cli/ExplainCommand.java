package dev.reprise.cli;

import dev.reprise.engine.Explain;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.Explanation;
import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.model.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code reprise explain}: whether a process can be checkpointed, and what is in the way. */
@Command(
        name = "explain",
        description = {
            "Tell whether a process can be checkpointed.",
            "Everything that is in the way is listed, each with its reason, where it is and what would help."
                    + " The process is not touched."
        },
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:nothing is in the way",
            "1:the process cannot be looked at (it is gone, permission, ...)",
            "2:wrong usage",
            "3:something is in the way"
        })
final class ExplainCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Console console = new Console();

    @Mixin
    private final TargetArguments processes = new TargetArguments();

    @Option(names = "--json", description = "Print JSON (docs/schema/explain.json).")
    private boolean json;

    @Override
    public Integer call() {
        Target target = processes.target(spec);
        try {
            Explanation explanation = Explain.of(target);
            System.out.print(json ? Json.of(map(explanation)) : text(target, explanation));
            return explanation.isPossible() ? ExitStatus.DONE : ExitStatus.REFUSED;
        } catch (CheckpointException failed) {
            console.error(failed.reason(), failed);
            return ExitStatus.FAILED;
        }
    }

    static String text(Target target, Explanation explanation) {
        StringBuilder text = new StringBuilder(200).append(target.text());
        if (target instanceof Target.Tree || target instanceof Target.Only) {
            text.append(" (")
                    .append(Console.oneLine(explanation.first().name()))
                    .append(')');
        }
        text.append(explanation.isPossible() ? " can be checkpointed\n" : " cannot be checkpointed:\n");
        for (Refusal refusal : explanation.refusals()) {
            text.append("  ").append(Console.oneLine(refusal.toString())).append('\n');
        }
        for (String note : explanation.notes()) {
            text.append("note: ").append(Console.oneLine(note)).append('\n');
        }
        if (explanation.processes().size() > 1) {
            new ProcessTree(explanation.processes()).appendTo(text);
            text.append(Amounts.count(explanation.processes().size(), "process"))
                    .append(", ");
        }
        return text.append(Amounts.count(explanation.threads(), "thread"))
                .append(", ")
                .append(Amounts.bytes(explanation.bytesToSave()))
                .append(" of memory to save\n")
                .toString();
    }

    private static List<Object> processes(Explanation explanation) {
        List<Object> processes = new ArrayList<>();
        for (Explanation.Node process : explanation.processes()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("pid", process.pid());
            map.put("parent", process.parent());
            map.put("name", process.name());
            map.put("threads", process.threads());
            map.put("zombie", process.zombie());
            processes.add(map);
        }
        return processes;
    }

    static Map<String, Object> map(Explanation explanation) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("pid", explanation.first().pid());
        map.put("name", explanation.first().name());
        map.put("possible", explanation.isPossible());
        map.put("refusals", Stats.of(explanation.refusals()));
        map.put("notes", explanation.notes());
        map.put("tasks", explanation.processes().size());
        map.put("processes", processes(explanation));
        map.put("threads", explanation.threads());
        map.put("bytes_to_save", explanation.bytesToSave());
        return map;
    }
}
