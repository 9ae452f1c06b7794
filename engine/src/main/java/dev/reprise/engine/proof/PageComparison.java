package dev.reprise.engine.proof;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.SharedObject;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** The contents of memory in two images; those that a process still shares with its parent are looked up there. */
final class PageComparison {
    private final Image first;
    private final PagePrints firstPages;
    private final Image second;
    private final PagePrints secondPages;

    PageComparison(Image first, PagePrints firstPages, Image second, PagePrints secondPages) {
        this.first = first;
        this.firstPages = firstPages;
        this.second = second;
        this.secondPages = secondPages;
    }

    /** How the memory of two objects differs, if it does. */
    Optional<String> difference(ObjectId one, ObjectId other) {
        TreeSet<Long> different = new TreeSet<>();
        each(first, firstPages, one, (address, print) -> {
            if (print != at(second, secondPages, other, address)) {
                different.add(address);
            }
        });
        each(second, secondPages, other, (address, print) -> {
            if (print != at(first, firstPages, one, address)) {
                different.add(address);
            }
        });
        return different.isEmpty()
                ? Optional.empty()
                : Optional.of("contents of " + different.size() + " pages, the first at 0x"
                        + Long.toHexString(different.getFirst()) + ", differ");
    }

    private static void each(Image image, PagePrints pages, ObjectId object, PagePrints.See see) {
        pages.each(object, see);
        if (image.object(object, SharedObject.class) instanceof AddressSpace space) {
            for (PageRun run : space.inherited()) {
                for (long address = run.start(); address < run.end(); address += PageRun.PAGE_SIZE) {
                    see.page(address, at(image, pages, space.parent(), address));
                }
            }
        }
    }

    private static int at(Image image, PagePrints pages, ObjectId object, long address) {
        int own = pages.at(object, address);
        if (own == PagePrints.ZERO
                && image.object(object, SharedObject.class) instanceof AddressSpace space
                && !space.parent().equals(object)
                && contain(space.inherited(), address)) {
            return at(image, pages, space.parent(), address);
        }
        return own;
    }

    private static boolean contain(List<PageRun> runs, long address) {
        int low = 0;
        int high = runs.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (runs.get(middle).end() <= address) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < runs.size() && runs.get(low).start() <= address;
    }
}
