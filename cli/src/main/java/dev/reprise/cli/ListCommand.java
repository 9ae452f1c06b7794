package dev.reprise.cli;

import dev.reprise.engine.MemoryStore;
import dev.reprise.engine.PageStore;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code reprise list}: the images that are kept in memory, or in a store. */
@Command(
        name = "list",
        description =
                "Print which images are kept in memory (checkpoint -o mem:NAME), or in a store (-o store:DIR), their sizes and"
                        + " ages; of those with twins (checkpoint --twin) how much memory these share with the program, and have alone.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:done", "1:failed", "2:wrong usage"})
final class ListCommand implements Callable<Integer> {
    private static final long SECOND = 1000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Console console = new Console();

    @Parameters(arity = "0..1", paramLabel = "store:DIR", description = "A store; nothing: memory.")
    private @Nullable Path store;

    @Option(names = "--json", description = "Print JSON (docs/schema/list.json).")
    private boolean json;

    @Override
    public Integer call() {
        try {
            List<Kept> kept = store == null ? inMemory() : inStore(store);
            System.out.print(json ? json(kept) : text(kept));
            return ExitStatus.DONE;
        } catch (IOException failed) {
            console.error(Failures.text(failed), failed);
            return ExitStatus.FAILED;
        }
    }

    private record Kept(String name, long bytes, FileTime complete, Optional<MemoryStore.Twins> twins) {}

    private static List<Kept> inMemory() throws IOException {
        return MemoryStore.ofUser().list().stream()
                .map(entry -> new Kept("mem:" + entry.name(), entry.bytes(), entry.complete(), entry.twins()))
                .toList();
    }

    private List<Kept> inStore(Path path) throws IOException {
        StoreName from = StoreName.of(path)
                .filter(one -> one.name().isEmpty())
                .orElseThrow(() -> new ParameterException(spec.commandLine(), "a store is store:DIR"));
        return PageStore.list(from.directory()).stream()
                .map(entry -> new Kept(from + "::" + entry.name(), entry.bytes(), entry.complete(), Optional.empty()))
                .toList();
    }

    private static String json(List<Kept> entries) {
        List<Object> images = new ArrayList<>();
        for (Kept entry : entries) {
            Map<String, Object> image = new LinkedHashMap<>();
            image.put("name", entry.name());
            image.put("bytes", entry.bytes());
            image.put("complete", entry.complete().toInstant().toString());
            entry.twins().ifPresent(twins -> image.put("twins", json(twins)));
            images.add(image);
        }
        return Json.of(Map.of("images", images));
    }

    private static Map<String, Object> json(MemoryStore.Twins twins) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("processes", twins.processes());
        if (twins.areElsewhere()) {
            object.put("elsewhere", true);
            return object;
        }
        object.put("whole", twins.gone() == 0);
        object.put("shared_bytes", twins.sharedBytes());
        object.put("own_bytes", twins.ownBytes());
        return object;
    }

    private static String text(MemoryStore.Twins twins) {
        if (twins.areElsewhere()) {
            return ", its memory is in " + Amounts.count(twins.processes(), "twin") + " of another pid namespace";
        }
        return twins.gone() == 0
                ? " + " + Amounts.bytes(twins.sharedBytes()) + " shared + " + Amounts.bytes(twins.ownBytes())
                        + " own in " + Amounts.count(twins.processes(), "twin")
                : ", its memory is gone: process " + twins.gone() + ", which held it, has ended";
    }

    private static String text(List<Kept> entries) {
        StringBuilder text = new StringBuilder();
        for (Kept entry : entries) {
            long age = System.currentTimeMillis() - entry.complete().toMillis();
            text.append(entry.name() + "  " + Amounts.bytes(entry.bytes())
                    + entry.twins().map(ListCommand::text).orElse("") + "  " + age(age) + " old\n");
        }
        return text.toString();
    }

    private static String age(long millis) {
        if (millis < MINUTE) {
            return Math.max(0, millis / SECOND) + " s";
        }
        if (millis < HOUR) {
            return millis / MINUTE + " min";
        }
        return millis < DAY ? millis / HOUR + " h" : Amounts.count(millis / DAY, "day");
    }
}
