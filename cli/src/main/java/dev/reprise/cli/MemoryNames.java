package dev.reprise.cli;

import dev.reprise.engine.MemoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.TypeConversionException;

/** Images kept in memory, as a command line calls them: {@code mem:NAME}. */
final class MemoryNames {
    private static final String PREFIX = "mem:";

    private MemoryNames() {}

    /** The file that is meant, where it is one in memory. */
    static Optional<Path> path(String text) {
        return text.startsWith(PREFIX) ? Optional.of(prepared(name(text))) : Optional.empty();
    }

    /** The name that is meant. */
    static String name(String text) {
        String name = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : "";
        if (!MemoryStore.isName(name)) {
            throw new TypeConversionException(
                    "an image in memory is mem:NAME, of letters, digits and '_.-', not '" + text + "'");
        }
        return name;
    }

    private static Path prepared(String name) {
        MemoryStore store = MemoryStore.ofUser();
        try {
            store.prepare();
        } catch (IOException notOurs) {
            throw new TypeConversionException(Failures.text(notOurs));
        }
        return store.path(name);
    }
}
