package dev.reprise.cli;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Vma;
import java.util.ArrayList;
import java.util.List;

/** Where the pages of a process's mappings are: a page that is in none of these parts is not in the image. */
final class MemoryParts {
    private final Image image;
    private final AddressSpace memory;

    MemoryParts(Image image, AddressSpace memory) {
        this.image = image;
        this.memory = memory;
    }

    /** What pages can be; the names are those of the style sheet. */
    enum Kind {
        /** In the image, for this address space. */
        SAVED("saved"),
        /** In the image, for the parent, with which they are shared. */
        PARENT("parent"),
        /** In the image, as part of a memory object. */
        SHARED("shared");

        private final String style;

        Kind(String style) {
            this.style = style;
        }

        String style() {
            return style;
        }
    }

    /** Pages of one kind: bytes from the mapping's start, and how many. */
    record Part(Kind kind, long offset, long bytes) {}

    /** The parts of a mapping, kind by kind, ascending. */
    List<Part> of(Vma vma) {
        List<Part> parts = new ArrayList<>();
        add(parts, Kind.SAVED, memory.runs(), vma.start(), vma.bytes());
        add(parts, Kind.PARENT, memory.inherited(), vma.start(), vma.bytes());
        if (vma.backing() instanceof Backing.SharedMemory(var id, boolean _)) {
            add(parts, Kind.SHARED, image.object(id, MemoryObject.class).runs(), vma.offset(), vma.bytes());
        }
        return parts;
    }

    // Runs ascend: the first that ends behind the window's start is found by halving.
    private static void add(List<Part> parts, Kind kind, List<PageRun> runs, long start, long bytes) {
        int low = 0;
        int high = runs.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(runs.get(middle).end(), start) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for (int i = low; i < runs.size(); i++) {
            long from = Math.max(0, runs.get(i).start() - start);
            long to = Math.min(bytes, runs.get(i).end() - start);
            if (from >= bytes) {
                return;
            }
            parts.add(new Part(kind, from, to - from));
        }
    }

    /** All bytes of some parts. */
    static long bytes(List<Part> parts) {
        return parts.stream().mapToLong(Part::bytes).sum();
    }
}
