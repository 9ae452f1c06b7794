package dev.reprise.cli;

import dev.reprise.engine.Checkpoint;
import dev.reprise.engine.Keys;
import dev.reprise.engine.MemoryStore;
import dev.reprise.engine.PageStore;
import dev.reprise.engine.Terminal;
import dev.reprise.engine.model.After;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.CheckpointStats;
import dev.reprise.engine.model.CopyOnWrite;
import dev.reprise.engine.model.ExecutableOptions;
import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.OutsideLinks;
import dev.reprise.engine.model.OutsideTcp;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.Target;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code reprise checkpoint}: writes the image of a running program. */
@Command(
        name = "checkpoint",
        description = {
            "Write a running program into an image.",
            "The program runs on unless told otherwise. When the checkpoint fails, or is interrupted, or killed,"
                    + " the program runs on as if nothing had happened."
        },
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:the image is complete",
            "1:it is not (no such process, no permission, no space, ...)",
            "2:wrong usage",
            "3:refused: the process cannot be checkpointed; every reason is on stderr",
            "130, 143:interrupted; everything was undone"
        })
final class CheckpointCommand implements Callable<Integer> {
    private static final Path STDOUT = Path.of("-");

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Console console = new Console();

    @Mixin
    private final TargetArguments processes = new TargetArguments();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description =
                    "Where to write the image; - or nothing is stdout, mem:NAME keeps it in memory,"
                            + " store:DIR[::NAME] in a store, which has each page once. It appears when it is complete, mode 0600.")
    private Path output = STDOUT;

    @Option(
            names = "--executable",
            description = "Write an executable instead: it goes on where the program was, without Java or this tool.")
    private boolean executable;

    @Option(
            names = "--tool",
            hidden = true,
            paramLabel = "LAUNCHER",
            description = "The executable is this tool itself: see ExecutableOptions.")
    private @Nullable Path tool;

    @Option(names = "--map", description = ExportCommand.MAP)
    private boolean map;

    @ArgGroup
    private @Nullable Fate fate;

    @Option(
            names = "--stop-and-copy",
            description =
                    "Let the program stand still until its memory is written, instead of copying that on write; so does"
                            + " --kill. Filters such as --compress then take their time while it stands still.")
    private boolean stopAndCopy;

    @Option(
            names = "--twin",
            description =
                    "With -o mem:NAME: copy no memory at all. A copy-on-write copy of each process stays behind, stopped for ever, and holds what is"
                            + " not in mem:NAME: it costs what the program changes afterwards. It is in the program's control group, goes first when memory"
                            + " is short, and ends with 'reprise rm'; 'reprise cp mem:NAME FILE' writes all of it out. 'restore -d' of a single process that leads its session"
                            + " forks it: nothing is copied then either.")
    private boolean twin;

    @Mixin
    private final FilterArguments filters = new FilterArguments();

    @Mixin
    private final LaneArguments lanes = new LaneArguments();

    @Option(
            names = "--sign",
            paramLabel = "KEY",
            description =
                    "Sign the image with an Ed25519 private key as 'openssl genpkey -algorithm ed25519' writes it;"
                            + " restore --verify wants the signature. It stays right when the image is packed or encrypted in another way.")
    private @Nullable String signer;

    @Option(
            names = "--prove",
            description =
                    "Restore the image at once, apart from everything and stopped before its first instruction, and compare it"
                            + " with what was checkpointed. A file appears, and --kill kills, only when they are alike.")
    private boolean prove;

    @Mixin
    private final BoundArguments bounds = new BoundArguments();

    @Option(
            names = "--sync",
            paramLabel = "yes|no",
            defaultValue = "yes",
            description = "Whether the file is on the disk before it gets its name (default: yes).")
    private Answer sync = Answer.YES;

    @Mixin
    private final LinkArguments links = new LinkArguments();

    @Mixin
    private final ProgressArguments progressArguments = new ProgressArguments();

    @Option(names = "--stats", paramLabel = "FILE", description = "Write figures as JSON.")
    private @Nullable Path stats;

    /** An answer on the command line. */
    enum Answer {
        YES,
        NO
    }

    /** What becomes of the original. */
    private static final class Fate {
        @Option(names = "--kill", description = "Kill the program once the image is complete.")
        private boolean kill;

        @Option(names = "--stop", description = "Leave the program stopped (SIGSTOP).")
        private boolean stop;

        After after() {
            return kill ? After.KILL : stop ? After.STOP : After.RUN_ON;
        }
    }

    @Override
    public Integer call() {
        Target target = processes.target(spec);
        if (bounds.isGiven() && fate != null) {
            throw new ParameterException(
                    spec.commandLine(), "--max-pause, --max-memory and --rate are about a program that runs on");
        }
        if (executable && output.equals(STDOUT)) {
            throw new ParameterException(spec.commandLine(), "an executable is a file: use -o FILE");
        }
        if (executable && filters.areGiven()) {
            throw new ParameterException(
                    spec.commandLine(), "--compress and --encrypt are about images: an executable starts by itself");
        }
        if (executable && signer != null) {
            throw new ParameterException(
                    spec.commandLine(), "--sign is about images: sign an executable as programs are signed");
        }
        if (map && !executable) {
            throw new ParameterException(spec.commandLine(), "--map is about executables: use --executable");
        }
        if (prove && (executable || output.equals(STDOUT))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--prove reads the image again: use -o FILE or -o mem:NAME, without --executable");
        }
        if (StoreName.of(output).isPresent() && (executable || prove || filters.areGiven())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "a store compares the pages of images as they are: without --compress, --encrypt, --prove and --executable");
        }
        if (prove && filters.leavesOut()) {
            throw new ParameterException(
                    spec.commandLine(), "--prove compares all pages: prove it first, then 'reprise cp --dedup'");
        }
        if (prove && filters.encrypts()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--prove cannot read what is encrypted: prove it first, then 'reprise cp --encrypt'");
        }
        requireTwinsPossible();
        OutsideLinks outside = links.links(spec);
        if (outside.tcp() == OutsideTcp.RESET && executable) {
            throw new ParameterException(
                    spec.commandLine(), "--tcp=reset is about images: an executable cannot carry such connections");
        }
        if (output.equals(STDOUT) && Terminal.isAt(1)) {
            throw new ParameterException(
                    spec.commandLine(), "an image is not written to a terminal: use -o FILE or a pipe");
        }
        try {
            // Before anything can be given up: who is asked for a passphrase just ends the command.
            return run(target, options(outside));
        } catch (IOException failed) {
            console.error(Failures.text(failed), failed);
            return ExitStatus.FAILED;
        }
    }

    private void requireTwinsPossible() {
        if (twin && !MemoryStore.isOwnPlace(output)) {
            throw new ParameterException(spec.commandLine(), "--twin keeps memory where it is: use -o mem:NAME");
        }
        if (twin && (stopAndCopy || executable || filters.areGiven() || signer != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--twin copies no memory: without --stop-and-copy, --executable, --compress, --dedup, --encrypt and --sign; 'reprise cp'"
                            + " takes the filters");
        }
        if (twin && bounds.areOfCopies()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--max-memory and --rate are about copies that are written: --twin writes none");
        }
    }

    private CheckpointOptions options(OutsideLinks outside) throws IOException {
        After after = fate == null ? After.RUN_ON : fate.after();
        CopyOnWrite copies = twin ? CopyOnWrite.KEPT : stopAndCopy ? CopyOnWrite.NEVER : CopyOnWrite.WHERE_WORTH;
        Filters through = filters.filters(spec, console).by(lanes.lanes());
        CheckpointOptions options = new CheckpointOptions(
                after, sync == Answer.YES, copies, bounds.bounds(), outside, through, Optional.empty(), prove);
        return signer == null ? options : options.signedBy(KeyFile.secret(signer, Keys::signer, console));
    }

    private int run(Target target, CheckpointOptions options) throws IOException {
        long start = System.nanoTime();
        try (GivingUp givingUp = new GivingUp();
                FileAside figures = FileAside.prepareIfAny(stats);
                Reporting reporting = Reporting.of(console, givingUp, progressArguments)) {
            return run(target, options, reporting, figures, start);
        }
    }

    private int run(
            Target target, CheckpointOptions options, Reporting progress, @Nullable FileAside figures, long start)
            throws IOException {
        try {
            CheckpointStats done = take(target, options, progress);
            if (figures != null) {
                figures.write(Stats.done(done, progress.phases()));
            }
            return ExitStatus.DONE;
        } catch (CheckpointException failed) {
            progress.close();
            console.error(failed.reason(), failed);
            if (figures != null) {
                figures.write(Stats.failed(failed.reason(), progress.phases(), start));
            }
            return failed.reason() instanceof Reason.Unsupported ? ExitStatus.REFUSED : ExitStatus.FAILED;
        }
    }

    @SuppressWarnings("resource") // closed by the checkpoint, before anything is done about the original
    private CheckpointStats take(Target target, CheckpointOptions options, Reporting progress)
            throws CheckpointException, IOException {
        if (executable) {
            ExecutableOptions how = new ExecutableOptions(map, options.sync(), Optional.ofNullable(tool));
            return Checkpoint.toExecutable(target, output, how, options, progress);
        }
        Optional<StoreName> stored = StoreName.of(output);
        if (stored.isPresent()) {
            // A checkpoint that is refused never touches it.
            try (WritableByteChannel image =
                    PageStore.create(stored.get().directory(), stored.get().name(), options.sync())) {
                return Checkpoint.toChannel(target, image, options, progress);
            }
        }
        if (!output.equals(STDOUT)) {
            return Checkpoint.toFile(target, output, options, progress);
        }
        FileChannel stdout = new FileOutputStream(FileDescriptor.out).getChannel();
        // The program stands still while nobody reads what was written.
        progress.givingUp().whenAsked(() -> close(stdout));
        return Checkpoint.toChannel(target, stdout, options, progress);
    }

    private static void close(FileChannel stdout) {
        try {
            stdout.close();
        } catch (IOException broken) {
            // Whoever writes to it sees that, too.
        }
    }
}
