package dev.reprise.cli;

import dev.reprise.cli.FileAside.Content;
import dev.reprise.engine.Filtering;
import dev.reprise.engine.Keys;
import dev.reprise.engine.PageStore;
import dev.reprise.engine.Terminal;
import dev.reprise.engine.model.Filters;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.Secret;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
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

/** {@code reprise cp}: takes an image from one place to another. */
@Command(
        name = "cp",
        description = {
            "Copy an image: from memory or a store to a file or stdout, or from a file there.",
            "With --identity, --verify, --compress or --encrypt it is decrypted and unpacked, and then packed and encrypted as these say;"
                    + " otherwise its bytes are taken as they are. --sign writes it anew."
        },
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:done", "1:failed; nothing has the new name", "2:wrong usage"})
final class CpCommand implements Callable<Integer> {
    private static final int BUFFER = 256 << 10;
    private static final Path STREAM = Path.of("-");

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Console console = new Console();

    @Parameters(
            index = "0",
            paramLabel = "IMAGE",
            description = "The image: mem:NAME, store:DIR[::NAME], a file, or - for stdin.")
    @SuppressWarnings("NullAway.Init")
    private Path from;

    @Parameters(
            index = "1",
            paramLabel = "TARGET",
            description =
                    "mem:NAME, store:DIR[::NAME], a file (which appears when it is complete, mode 0600), or - for stdout.")
    @SuppressWarnings("NullAway.Init")
    private Path to;

    @Mixin
    private final FilterArguments filters = new FilterArguments();

    @Mixin
    private final LaneArguments lanes = new LaneArguments();

    @Option(
            names = "--sign",
            paramLabel = "KEY",
            description = "Sign it with an Ed25519 private key, as checkpoint does; any other signature of it goes.")
    private @Nullable String signer;

    @Mixin
    private final OpeningArguments openings = new OpeningArguments();

    @Mixin
    private final ProgressArguments progress = new ProgressArguments();

    @Override
    public Integer call() {
        if (to.equals(STREAM) && Terminal.isAt(1)) {
            throw new ParameterException(
                    spec.commandLine(), "an image is not written to a terminal: name a file or use a pipe");
        }
        if (StoreName.of(to).isPresent() && filters.areGiven()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "a store compares the pages of images as they are: without --compress and --encrypt");
        }
        try {
            Secret key = signer == null ? null : KeyFile.secret(signer, Keys::signer, console);
            return copy(
                    filters.filters(spec, console).by(lanes.lanes()),
                    openings.opening(console).by(lanes.lanes()),
                    key);
        } catch (IOException failed) {
            console.error(Failures.text(failed), failed);
            return ExitStatus.FAILED;
        }
    }

    private int copy(Filters through, Opening opening, @Nullable Secret key) {
        try (ReadableByteChannel source = ImageChannel.open(from, "copy", progress)) {
            if (key != null || through.unrepeated()) {
                write(target -> Filtering.rewrite(source, opening, target, through, Optional.ofNullable(key)));
            } else if (isAnew()) {
                write(target -> Filtering.copy(source, opening, target, through));
            } else {
                write(target -> transfer(source, target));
            }
            return ExitStatus.DONE;
        } catch (IOException failed) {
            console.error(from + " to " + to + ": " + Failures.text(failed), failed);
            return ExitStatus.FAILED;
        }
    }

    private boolean isAnew() {
        return filters.areGiven() || openings.areGiven();
    }

    private void write(Content content) throws IOException {
        if (to.equals(STREAM)) {
            try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
                content.to(out.getChannel());
            }
            return;
        }
        Optional<StoreName> stored = StoreName.of(to);
        if (stored.isPresent()) {
            try (WritableByteChannel target =
                    PageStore.create(stored.get().directory(), stored.get().name(), true)) {
                content.to(target);
            }
            return;
        }
        try (FileAside target = FileAside.prepare(to)) {
            target.write(content);
            if (!target.warning().isEmpty()) {
                console.warning(target.warning());
            }
        }
    }

    private static void transfer(ReadableByteChannel source, WritableByteChannel target) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        while (source.read(buffer) >= 0) {
            buffer.flip();
            while (buffer.hasRemaining()) {
                target.write(buffer);
            }
            buffer.clear();
        }
    }
}
