package dev.reprise.engine.capture;

import dev.reprise.image.state.FileOwner;
import dev.reprise.kernel.KernelException;
import java.util.List;

/** What the kinds of open files share while everything is frozen. */
record DescriptorTake(DescriptorLook look, ObjectTable objects, List<MemoryFile> memoryFiles) {
    /** Whom the open file signals. */
    FileOwner owner(LiveDescriptor d) throws KernelException {
        return FileOwners.of(d.copy());
    }
}
