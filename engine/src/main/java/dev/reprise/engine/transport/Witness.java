package dev.reprise.engine.transport;

import java.io.IOException;
import java.nio.file.Path;

/** Sees an image file when it is complete, before it gets its name: if it fails, there is no image. Is told of what is left when it has the name. */
@FunctionalInterface
public interface Witness {
    /** Asks for nothing. */
    Witness NONE = _ -> {};

    void see(Path complete) throws IOException;

    /** The image is there, but something else went wrong. */
    default void warn(String text) {
        System.getLogger(Witness.class.getName()).log(System.Logger.Level.WARNING, text);
    }
}
