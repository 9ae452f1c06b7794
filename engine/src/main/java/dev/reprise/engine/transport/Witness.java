package dev.reprise.engine.transport;

import java.io.IOException;
import java.nio.file.Path;

/** Sees an image file when it is complete, before it gets its name: if it fails, there is no image. */
@FunctionalInterface
public interface Witness {
    /** Asks for nothing. */
    Witness NONE = _ -> {};

    void see(Path complete) throws IOException;
}
