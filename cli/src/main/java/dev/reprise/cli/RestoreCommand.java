package dev.reprise.cli;

import dev.reprise.engine.Relaunch;
import dev.reprise.engine.Restore;
import dev.reprise.engine.RestoredProcess;
import dev.reprise.engine.Terminal;
import dev.reprise.engine.model.Clock;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.engine.model.StandardStreams;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code reprise restore}: brings a program back. */
@Command(
        name = "restore",
        aliases = "restart",
        description = {
            "Bring the program in an image back, under the ids that it had.",
            "In the foreground this command then behaves like the program: it forwards signals and ends with its"
                    + " status. Nothing of the program runs before the whole image is verified."
        },
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "N:in the foreground: the program's own, 128+n for a signal",
            "125:in the foreground: the program was not started",
            "0:with --detach: the program runs",
            "1:with --detach: it does not",
            "2:wrong usage"
        })
final class RestoreCommand implements Callable<Integer> {
    private static final Path STDIN = Path.of("-");

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Console console = new Console();

    @Parameters(
            arity = "0..1",
            paramLabel = "IMAGE",
            description =
                    "The image; mem:NAME is one in memory, store:DIR[::NAME] one in a store, - or nothing is stdin, and the program's terminal"
                            + " then /dev/tty.")
    private Path image = STDIN;

    @Option(
            names = {"-d", "--detach"},
            description = "Leave the program to init.")
    private boolean detach;

    @Option(
            names = "--pid-namespace",
            description = "Give it a new pid namespace, so that it can run beside its original.")
    private boolean pidNamespace;

    @Option(names = "--pidfile", paramLabel = "FILE", description = "Write the program's pid, as seen from here.")
    private @Nullable Path pidfile;

    @Option(
            names = "--force",
            description = "Take files that differ from those of the checkpoint; each is named on stderr.")
    private boolean force;

    @Option(names = "--truncate", description = "Cut files that have grown back to the size they had.")
    private boolean truncate;

    @Option(
            names = "--clock",
            paramLabel = "keep|host",
            defaultValue = "keep",
            description = "Which monotonic time the program sees where this machine's differs (default: keep).")
    private Clock clock = Clock.KEEP;

    @Option(
            names = "--inherit",
            paramLabel = "FD=OBJECT",
            description =
                    "Put this command's descriptor FD in the place of an open file of the image: of one that leads"
                            + " outside, by the KEY it was checkpointed with (--external KEY=inherit; show tells), or of a file, by"
                            + " its path. Can be given several times.")
    private List<String> inherit = new ArrayList<>();

    @Mixin
    private final NamespaceArguments namespaces = new NamespaceArguments();

    @Mixin
    private final LazyArguments lazy = new LazyArguments();

    @Mixin
    private final OpeningArguments openings = new OpeningArguments();

    @Mixin
    private final LaneArguments lanes = new LaneArguments();

    @Mixin
    private final ProgressArguments progressArguments = new ProgressArguments();

    @Option(names = "--stats", paramLabel = "FILE", description = "Write figures as JSON.")
    private @Nullable Path stats;

    @Override
    public Integer call() throws InterruptedException {
        if (image.equals(STDIN) && Terminal.isAt(0)) {
            throw new ParameterException(spec.commandLine(), "no IMAGE is given and stdin is a terminal");
        }
        Map<String, Integer> inherited = inherited();
        try (FileAside touched = lazy.prepare()) {
            RestoredProcess process = start(inherited, openings.opening(console).by(lanes.lanes()));
            if (!detach) {
                return waitFor(process, touched);
            }
            LazyArguments.settle(process, touched, console);
            return ExitStatus.DONE;
        } catch (RestoreException failed) {
            if (failed.reason() instanceof Reason.OwnIds own && (!image.equals(STDIN) || own.consumed().length > 0)) {
                Relaunch.withOtherIds(image.equals(STDIN) ? own : new Reason.OwnIds(own.id(), new byte[0]));
            }
            console.error(failed.reason(), failed);
        } catch (IOException failed) {
            console.error(Failures.text(failed), failed);
        }
        return detach ? ExitStatus.FAILED : ExitStatus.NOT_STARTED;
    }

    // Its memory may still be on its way while it runs.
    private int waitFor(RestoredProcess process, @Nullable FileAside touched)
            throws RestoreException, InterruptedException {
        Thread settling = Thread.ofPlatform().start(() -> {
            try {
                LazyArguments.settle(process, touched, console);
            } catch (RestoreException failed) {
                console.error(failed.reason(), failed);
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
        int status = process.waitFor();
        settling.join();
        return status;
    }

    private Map<String, Integer> inherited() {
        Map<String, Integer> inherited = new HashMap<>();
        for (String one : inherit) {
            int at = one.indexOf('=');
            String number = at < 1 ? "" : one.substring(0, at);
            String key = one.substring(at + 1);
            if (!number.matches("[0-9]{1,9}") || key.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "--inherit " + one + ": not FD=OBJECT, a number and what it stands for");
            }
            if (image.equals(STDIN) && Integer.parseInt(number) == 0) {
                throw new ParameterException(
                        spec.commandLine(), "--inherit " + one + ": the image comes on descriptor 0");
            }
            if (inherited.put(key, Integer.parseInt(number)) != null) {
                throw new ParameterException(spec.commandLine(), "--inherit: " + key + " is given twice");
            }
        }
        return inherited;
    }

    private RestoredProcess start(Map<String, Integer> inherited, Opening opening)
            throws IOException, RestoreException {
        long start = System.nanoTime();
        try (GivingUp givingUp = new GivingUp();
                FileAside figures = FileAside.prepareIfAny(stats);
                FileAside number = FileAside.prepareIfAny(pidfile);
                Reporting reporting = Reporting.of(console, givingUp, progressArguments)) {
            RestoredProcess process = restore(reporting, inherited, opening, figures, start);
            if (number != null) {
                number.write(process.pid() + "\n");
            }
            return process;
        }
    }

    private RestoredProcess restore(
            Reporting progress,
            Map<String, Integer> inherited,
            Opening opening,
            @Nullable FileAside figures,
            long start)
            throws IOException, RestoreException {
        try {
            RestoredProcess process = restore(progress, inherited, opening);
            if (figures != null) {
                figures.write(Stats.done(process.stats(), progress.phases()));
            }
            return process;
        } catch (RestoreException failed) {
            if (figures != null) {
                figures.write(Stats.failed(failed.reason(), progress.phases(), start));
            }
            throw failed;
        }
    }

    @SuppressWarnings("resource") // stdin is the JVM's
    private RestoredProcess restore(Progress progress, Map<String, Integer> inherited, Opening opening)
            throws RestoreException, IOException {
        boolean fromStdin = image.equals(STDIN);
        StandardStreams streams = fromStdin ? StandardStreams.IMAGE_ON_STDIN : StandardStreams.OWN;
        RestoreOptions options = new RestoreOptions(
                detach,
                pidNamespace,
                force,
                truncate,
                clock,
                streams,
                inherited,
                namespaces.files(spec),
                opening,
                lazy.memory(spec));
        if (StoreName.of(image).isPresent()) {
            try (ReadableByteChannel stored = ImageChannel.open(image)) {
                return Restore.fromChannel(stored, options, progress);
            }
        }
        return fromStdin
                ? Restore.fromChannel(new FileInputStream(FileDescriptor.in).getChannel(), options, progress)
                : Restore.fromFile(image, options, progress);
    }
}
