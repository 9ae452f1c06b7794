package dev.reprise.cli;

import dev.reprise.engine.RestoredProcess;
import dev.reprise.engine.model.LazyMemory;
import dev.reprise.engine.model.RestoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A restore whose memory comes later, and the file that says in which order. */
final class LazyArguments {
    private static final String HEAD = "# reprise: the pages that a program waited for, as ADDRESS-SPACE ADDRESS";
    private static final Pattern LINE = Pattern.compile("([0-9]{1,9}) ([0-9a-f]{1,15})");
    private static final int HEXADECIMAL = 16;

    @Option(
            names = "--lazy",
            description = {
                "Let the program run before its memory is there: it comes out of the image, which must be a plain file, when it"
                        + " is touched, and otherwise meanwhile. Until all of it is there this command serves it (with"
                        + " --detach it ends then), and must not be killed: the program dies with it. What comes later is"
                        + " checked when it comes; where the image is bad the program is killed."
            })
    private boolean lazy;

    @Option(
            names = "--prefetch",
            paramLabel = "FILE",
            description =
                    "With --lazy: fetch first what FILE says, in its order; where it does not exist, write into it what the program"
                            + " waited for in this run.")
    private @Nullable Path prefetch;

    /** Whether and how. */
    Optional<LazyMemory> memory(CommandSpec spec) throws IOException {
        if (!lazy && prefetch != null) {
            throw new ParameterException(spec.commandLine(), "--prefetch is for --lazy");
        }
        return lazy ? Optional.of(new LazyMemory(first())) : Optional.empty();
    }

    private List<LazyMemory.Touch> first() throws IOException {
        Path file = prefetch;
        if (file == null || !Files.exists(file)) {
            return List.of();
        }
        List<LazyMemory.Touch> first = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                first.add(new LazyMemory.Touch(
                        Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2), HEXADECIMAL)));
            } else if (!line.startsWith("#")) {
                throw new IOException(
                        file + ": line " + number + " is not the number of an address space and an address");
            }
        }
        return first;
    }

    /** The file to be written, if there is one. */
    @Nullable
    FileAside prepare() throws IOException {
        return FileAside.prepareIfAny(prefetch == null || Files.exists(prefetch) ? null : prefetch);
    }

    /** Waits until all memory is there, and writes down what the program waited for; if that cannot be, it runs all the same. */
    static void settle(RestoredProcess process, @Nullable FileAside file, Console console)
            throws RestoreException, InterruptedException {
        List<LazyMemory.Touch> touched = process.awaitMemory();
        if (file != null) {
            StringBuilder text = new StringBuilder(HEAD).append('\n');
            for (LazyMemory.Touch touch : touched) {
                text.append(touch.space())
                        .append(' ')
                        .append(Long.toHexString(touch.address()))
                        .append('\n');
            }
            try {
                file.write(text.toString());
            } catch (IOException failed) {
                console.warning(System.err, "--prefetch: " + Failures.text(failed));
            }
        }
    }
}
