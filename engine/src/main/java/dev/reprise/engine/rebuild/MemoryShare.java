package dev.reprise.engine.rebuild;

import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one process has to do with the memory objects of an image.
 *
 * @param objects those that it maps or makes, in the image's order
 * @param made those that it makes: their contents come to it
 * @param common where those stand that are made before anybody forks, the same address in all address spaces
 * @param region all of these addresses; null: there are none
 * @param anyones whoever runs it may have no right to its files: it then has the contents of those that are in the image
 *     for itself
 */
record MemoryShare(
        List<MemoryObject> objects,
        Set<ObjectId> made,
        Map<ObjectId, Long> common,
        @Nullable PageRun region,
        boolean anyones) {
    MemoryShare {
        objects = List.copyOf(objects);
        made = Set.copyOf(made);
        common = Map.copyOf(common);
    }

    /** The same for an executable. */
    MemoryShare ofAnyone() {
        return new MemoryShare(objects, made, common, region, true);
    }

    boolean makes(MemoryObject object) {
        return made.contains(object.id());
    }
}
