package dev.reprise.engine.model;

import java.util.List;

/**
 * That the program runs before its memory is there.
 *
 * @param first what is to come first, in this order: what was touched first in a run before
 */
public record LazyMemory(List<Touch> first) {
    public LazyMemory {
        first = List.copyOf(first);
    }

    /**
     * A page that the program has waited for.
     *
     * @param space the number of its address space in the image
     * @param address an address in it
     */
    public record Touch(int space, long address) {}
}
