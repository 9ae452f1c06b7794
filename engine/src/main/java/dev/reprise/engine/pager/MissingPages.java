package dev.reprise.engine.pager;

import dev.reprise.image.state.PageRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of an address space have not come yet, and where in the image they are. Pure.
 *
 * <p>It follows what the program does with its memory meanwhile: pages that it has given back are missing no more, and
 * what it has moved is missing elsewhere.
 */
public final class MissingPages {
    private final TreeMap<Long, Extent> extents = new TreeMap<>();

    /**
     * Consecutive pages.
     *
     * @param start the address of the first
     * @param bytes their length
     * @param position of their contents in the image file
     */
    public record Extent(long start, long bytes, long position) {
        /** The first address behind it. */
        public long end() {
            return start + bytes;
        }

        /** The part of it from one address up to another, both within. */
        public Extent part(long from, long to) {
            return new Extent(from, to - from, position + from - start);
        }
    }

    /** Nothing is missing. */
    public MissingPages() {}

    /** What is missing where another one has it: of a process and its child, at the child's birth. */
    public MissingPages(MissingPages other) {
        extents.putAll(other.extents);
    }

    /** Pages that have not come yet, and are not known yet. */
    public void add(Extent extent) {
        extents.put(extent.start(), extent);
    }

    /** Whether all have come. */
    public boolean isEmpty() {
        return extents.isEmpty();
    }

    /** The extent with the lowest addresses, which there must be. */
    public Extent first() {
        return extents.firstEntry().getValue();
    }

    /** The extent that an address lies in, if it is missing. */
    public @Nullable Extent at(long address) {
        Map.Entry<Long, Extent> entry = extents.floorEntry(address);
        return entry == null || entry.getValue().end() <= address ? null : entry.getValue();
    }

    /** The next one behind an address. */
    public @Nullable Extent after(long address) {
        Map.Entry<Long, Extent> entry = extents.ceilingEntry(address);
        return entry == null ? null : entry.getValue();
    }

    /** The last one that ends at an address or before. */
    public @Nullable Extent before(long address) {
        Map.Entry<Long, Extent> entry = extents.lowerEntry(address);
        return entry == null ? null : entry.getValue();
    }

    /** What lies from one address up to another is missing no more. */
    public void forget(long from, long to) {
        take(from, to);
    }

    /** What was missing in a range is missing in another one; what was there before is gone. */
    public void move(long from, long to, long bytes) {
        List<Extent> moved = take(from, from + bytes);
        take(to, to + bytes);
        for (Extent extent : moved) {
            add(new Extent(extent.start() - from + to, extent.bytes(), extent.position()));
        }
    }

    private List<Extent> take(long from, long to) {
        List<Extent> taken = new ArrayList<>();
        Extent first = at(from);
        for (Extent extent = first == null ? after(from) : first;
                extent != null && extent.start() < to;
                extent = after(extent.end())) {
            extents.remove(extent.start());
            if (extent.start() < from) {
                add(extent.part(extent.start(), from));
            }
            if (extent.end() > to) {
                add(extent.part(to, extent.end()));
            }
            taken.add(extent.part(Math.max(from, extent.start()), Math.min(to, extent.end())));
        }
        return taken;
    }

    /** How much has not come yet, in bytes. */
    public long bytes() {
        return extents.values().stream().mapToLong(Extent::bytes).sum();
    }

    /** The page that an address lies in. */
    public static long pageOf(long address) {
        return address & -PageRun.PAGE_SIZE;
    }
}
