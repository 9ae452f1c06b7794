package dev.reprise.cli;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.DeadProcess;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ProcessState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who is whose child, living and ended, as a list that is indented: an image may be thousands of generations deep. */
final class ForestPage {
    private static final int DEEPEST_INDENTED = 24;

    private final Markup page;
    private final Map<Integer, List<Entry>> children = new HashMap<>();

    private record Entry(int pid, String name, String detail, boolean alive, int depth) {
        Entry at(int deeper) {
            return new Entry(pid, name, detail, alive, deeper);
        }
    }

    ForestPage(Image image, Markup page) {
        this.page = page;
        for (ProcessState process : image.processes()) {
            AddressSpace memory = image.object(process.addressSpace(), AddressSpace.class);
            String program = memory.executable().path();
            add(process.parentPid(), new Entry(process.pid(), name(process), program, true, 0));
        }
        for (DeadProcess zombie : image.zombies()) {
            String name = Words.name(zombie.name()) + " (" + zombie.pid() + ")";
            add(zombie.parentPid(), new Entry(zombie.pid(), name, Words.waitStatus(zombie.waitStatus()), false, 0));
        }
    }

    private void add(int parent, Entry entry) {
        children.computeIfAbsent(parent, pid -> new ArrayList<>()).add(entry);
    }

    /** What a process is called everywhere on the page. */
    static String name(ProcessState process) {
        return Words.name(process.tasks().getFirst()) + " (" + process.pid() + ")";
    }

    void write() {
        Deque<Entry> open = new ArrayDeque<>(children.getOrDefault(0, List.of()));
        while (!open.isEmpty()) {
            Entry entry = open.removeFirst();
            write(entry);
            for (Entry child : children.getOrDefault(entry.pid, List.of()).reversed()) {
                open.addFirst(child.at(entry.depth + 1));
            }
        }
    }

    private void write(Entry entry) {
        page.raw("<div style=\"margin-left:" + 1.5 * Math.min(entry.depth, DEEPEST_INDENTED) + "em\">");
        if (entry.alive) {
            page.raw("<a href=\"#p" + entry.pid + "\">").text(entry.name).raw("</a> ");
        } else {
            page.text(entry.name + " ");
        }
        page.element("span class=\"faint\"", entry.detail).raw("</div>\n");
    }
}
