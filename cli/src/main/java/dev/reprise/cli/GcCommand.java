package dev.reprise.cli;

import dev.reprise.engine.PageStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code reprise gc}: frees what no image of a store uses any more. */
@Command(
        name = "gc",
        description = {
            "Delete the pages in a store that no image has any more (reprise rm store:DIR::NAME).",
            "While it works nobody can write into the store. At every instant all images are whole."
        },
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:done", "1:failed", "2:wrong usage"})
final class GcCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Console console = new Console();

    @Parameters(paramLabel = "store:DIR", description = "The store.")
    @SuppressWarnings("NullAway.Init")
    private Path path;

    @Override
    public Integer call() {
        StoreName store = StoreName.of(path)
                .filter(one -> one.name().isEmpty())
                .orElseThrow(() -> new ParameterException(spec.commandLine(), "a store is store:DIR"));
        try {
            System.out.println(Amounts.bytes(PageStore.collect(store.directory())) + " are free again");
            return ExitStatus.DONE;
        } catch (IOException failed) {
            console.error(store + ": " + Failures.text(failed), failed);
            return ExitStatus.FAILED;
        }
    }
}
