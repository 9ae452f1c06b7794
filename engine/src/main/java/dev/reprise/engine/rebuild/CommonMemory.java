package dev.reprise.engine.rebuild;

import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The memory objects that are made before anybody forks, each at an address that is free in all address spaces: shared
 * anonymous memory of several processes, which fork alone can share, and files that must be there before they are opened.
 */
record CommonMemory(Map<ObjectId, Long> places, @Nullable PageRun region) {
    CommonMemory {
        places = Map.copyOf(places);
    }

    /** Gives each object its place: its size and one page more (what is behind the contents of a kept file). */
    static CommonMemory of(List<MemoryObject> objects, Holes holes) {
        if (objects.isEmpty()) {
            return new CommonMemory(Map.of(), null);
        }
        long size = 0;
        Map<ObjectId, Long> offsets = new LinkedHashMap<>();
        for (MemoryObject object : objects) {
            offsets.put(object.id(), size);
            size += pages(object.size()) + PageRun.PAGE_SIZE;
        }
        long start = holes.take(size);
        offsets.replaceAll((_, offset) -> start + offset);
        return new CommonMemory(offsets, new PageRun(start, size / PageRun.PAGE_SIZE));
    }

    private static long pages(long bytes) {
        return bytes + PageRun.PAGE_SIZE - 1 & -PageRun.PAGE_SIZE;
    }
}
