package dev.reprise.cli;

import dev.reprise.engine.MemoryStore;
import dev.reprise.engine.PageStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code reprise rm}: gives up images that are kept in memory. */
@Command(
        name = "rm",
        description = {
            "Give up images that are kept in memory or in a store, with their twins. What was restored from them goes on.",
            "The pages of one in a store stay until 'reprise gc'."
        },
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:all are gone", "1:one could not be removed", "2:wrong usage"})
final class RmCommand implements Callable<Integer> {
    @Mixin
    private final Console console = new Console();

    @Parameters(
            paramLabel = "mem:NAME|store:DIR::NAME",
            arity = "1..*",
            converter = Name.class,
            description = "The images.")
    private List<String> names = List.of();

    /** A name in memory or in a store. */
    static final class Name implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (!text.startsWith("store:")) {
                MemoryNames.name(text);
            } else if (stored(text).isEmpty()) {
                throw new TypeConversionException("which image of " + text + "? give store:DIR::NAME");
            }
            return text;
        }
    }

    private static Optional<StoreName> stored(String text) {
        return StoreName.of(WorkingDirectory.path(text))
                .filter(one -> !one.name().isEmpty());
    }

    @Override
    public Integer call() {
        int status = ExitStatus.DONE;
        for (String name : names) {
            try {
                Optional<StoreName> stored = stored(name);
                if (stored.isPresent()) {
                    PageStore.delete(stored.get().directory(), stored.get().name());
                } else {
                    MemoryStore.ofUser().delete(MemoryNames.name(name));
                }
            } catch (IOException failed) {
                console.error(name + ": " + Failures.text(failed), failed);
                status = ExitStatus.FAILED;
            }
        }
        return status;
    }
}
