package dev.reprise.cli;

import dev.reprise.engine.MemoryStore;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code reprise rm}: gives up images that are kept in memory. */
@Command(
        name = "rm",
        description = "Give up images that are kept in memory. What was restored from them goes on.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:all are gone", "1:one could not be removed", "2:wrong usage"})
final class RmCommand implements Callable<Integer> {
    @Mixin
    private final Console console = new Console();

    @Parameters(paramLabel = "mem:NAME", arity = "1..*", converter = Name.class, description = "The images.")
    private List<String> names = List.of();

    /** A name behind {@code mem:}. */
    static final class Name implements picocli.CommandLine.ITypeConverter<String> {
        @Override
        public String convert(String text) throws TypeConversionException {
            return MemoryNames.name(text);
        }
    }

    @Override
    public Integer call() {
        int status = ExitStatus.DONE;
        MemoryStore store = MemoryStore.ofUser();
        for (String name : names) {
            try {
                store.delete(name);
            } catch (IOException failed) {
                console.error("mem:" + name + ": " + Failures.text(failed), failed);
                status = ExitStatus.FAILED;
            }
        }
        return status;
    }
}
