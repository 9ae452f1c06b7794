package dev.reprise.cli;

import dev.reprise.engine.model.Explanation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Processes for people, each below its parent. */
final class ProcessTree {
    private final Map<Integer, List<Explanation.Node>> children = new LinkedHashMap<>();

    ProcessTree(List<Explanation.Node> processes) {
        for (Explanation.Node process : processes) {
            children.computeIfAbsent(process.parent(), _ -> new ArrayList<>()).add(process);
        }
    }

    void appendTo(StringBuilder text) {
        append(text, 0, "  ");
    }

    private void append(StringBuilder text, int parent, String indent) {
        for (Explanation.Node process : children.getOrDefault(parent, List.of())) {
            text.append(indent).append(process.pid()).append(' ').append(Console.oneLine(process.name()));
            if (process.zombie()) {
                text.append(", ended");
            } else if (process.threads() > 1) {
                text.append(", ").append(Amounts.count(process.threads(), "thread"));
            }
            text.append('\n');
            append(text, process.pid(), indent + "  ");
        }
    }
}
