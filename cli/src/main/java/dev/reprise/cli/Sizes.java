package dev.reprise.cli;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.SharedObject;
import java.util.List;

/** How much memory an image holds, in bytes. */
final class Sizes {
    private Sizes() {}

    static long saved(AddressSpace memory) {
        return bytes(memory.runs());
    }

    /** Of all address spaces and memory objects. */
    static long saved(Image image) {
        long bytes = 0;
        for (SharedObject object : image.objects()) {
            if (object instanceof AddressSpace memory) {
                bytes += bytes(memory.runs());
            } else if (object instanceof MemoryObject memory) {
                bytes += bytes(memory.runs());
            }
        }
        return bytes;
    }

    private static long bytes(List<PageRun> runs) {
        return runs.stream().mapToLong(PageRun::bytes).sum();
    }
}
