package dev.reprise.engine.model;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRepeat;
import dev.reprise.image.state.PageRun;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where in a file the contents of pages lie that have come so far. */
public final class PagePlaces {
    private final Map<ObjectId, TreeMap<Long, Place>> places = new HashMap<>();

    private record Place(long end, long position) {}

    /** None have. */
    public PagePlaces() {}

    /** Pages that have come. */
    public void add(PageBatch batch) {
        TreeMap<Long, Place> its = places.computeIfAbsent(batch.object(), _ -> new TreeMap<>());
        long position = batch.position();
        for (PageRun run : batch.runs()) {
            its.put(run.start(), new Place(run.end(), position));
            position += run.bytes();
        }
    }

    /**
     * Where the contents of pages that repeat some of those lie; they have come then, too.
     *
     * @throws IllegalArgumentException what they repeat has not come
     */
    public List<PageBatch> add(ObjectId object, PageRepeat repeat) {
        List<PageBatch> found = new ArrayList<>();
        TreeMap<Long, Place> its = places.getOrDefault(repeat.object(), new TreeMap<>());
        long from = repeat.from();
        long to = repeat.to().start();
        while (to < repeat.to().end()) {
            Map.Entry<Long, Place> entry = its.floorEntry(from);
            if (entry == null || entry.getValue().end() <= from) {
                throw new IllegalArgumentException("repeated pages have not come");
            }
            Place place = entry.getValue();
            long bytes = Math.min(place.end() - from, repeat.to().end() - to);
            PageRun run = new PageRun(to, bytes / PageRun.PAGE_SIZE);
            found.add(new PageBatch(object, List.of(run), place.position() + from - entry.getKey()));
            from += bytes;
            to += bytes;
        }
        found.forEach(this::add);
        return found;
    }
}
