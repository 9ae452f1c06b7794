package dev.reprise.engine.rebuild;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import java.util.HashMap;
import java.util.Map;

/**
 * The memfds of an image, each at a temporary descriptor for as long as mappings, descriptors and contents are made.
 *
 * <p>{@link #create} stands before the mappings and descriptors, {@link #finish} after the contents are loaded and
 * before the first instruction (seals come last).
 */
final class MemoryFiles {
    private final Image image;
    private final int above;
    private final Map<ObjectId, Step> descriptors = new HashMap<>();

    /** @param above the lowest number for temporaries */
    MemoryFiles(Image image, int above) {
        this.image = image;
        this.above = above;
    }

    /** Adds the creation of every {@link MemoryObject.Kind#MEMFD}, with its size. */
    void create(ProgramBuilder p) {
        throw new UnsupportedOperationException(image + " " + above + p);
    }

    /** The temporary descriptor (open for reading and writing) of a memfd: an argument, and for Java a step to read. */
    Step descriptor(ObjectId memory) {
        Step step = descriptors.get(memory);
        if (step == null) {
            throw new IllegalArgumentException("no memfd with id " + memory.value());
        }
        return step;
    }

    /** Adds mode, owner and seals, and closes the temporary descriptors. */
    void finish(ProgramBuilder p) {
        Arg none = Arg.of(above);
        throw new UnsupportedOperationException(none + "" + p);
    }
}
