package dev.reprise.cli;

import dev.reprise.engine.Keys;
import dev.reprise.engine.model.Compression;
import dev.reprise.engine.model.Encryption;
import dev.reprise.engine.model.Filters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** What an image goes through on its way out. */
final class FilterArguments {
    @Option(
            names = "--compress",
            paramLabel = "none|lz4|zstd",
            converter = Method.class,
            description =
                    "Pack the image as lz4 (fast) or zstd (small, level 3) does; whoever reads it finds out by itself, and"
                            + " so do the programs of these names.")
    private @Nullable Compression compression;

    @Option(
            names = "--encrypt",
            paramLabel = "age1...|FILE|passphrase[:FILE]",
            description =
                    "Encrypt the image, behind any packing, by the format of age (age-encryption.org/v1), which reads it,"
                            + " too. For the owner of a key; for those of all keys in a file as 'age -R' takes it; or with a passphrase"
                            + " that is asked for on the terminal, or is the first line of FILE. Keys can be given several times.")
    private List<String> readers = new ArrayList<>();

    @Option(
            names = "--dedup",
            description =
                    "Leave out pages that have the contents of others in the image: of the last half million different ones or more (2 GiB)"
                            + " in 22 MiB of memory. A store does the same for all its images.")
    private boolean unrepeated;

    boolean areGiven() {
        return compression != null || !readers.isEmpty() || unrepeated;
    }

    boolean leavesOut() {
        return unrepeated;
    }

    boolean encrypts() {
        return !readers.isEmpty();
    }

    /** Reads the files, and asks. */
    Filters filters(CommandSpec spec, Console console) throws IOException {
        Filters filters = new Filters(compression == null ? Compression.NONE : compression, encryption(spec, console));
        return unrepeated ? filters.withoutRepeats() : filters;
    }

    private Encryption encryption(CommandSpec spec, Console console) throws IOException {
        if (readers.isEmpty()) {
            return Encryption.NONE;
        }
        if (readers.stream().anyMatch(KeyFile::isPassphrase)) {
            if (readers.size() > 1) {
                throw new ParameterException(
                        spec.commandLine(), "--encrypt: a passphrase can only be the only way to read an image");
            }
            return new Encryption.WithPassphrase(KeyFile.passphrase(readers.getFirst(), 2, console));
        }
        List<String> keys = new ArrayList<>();
        for (String reader : readers) {
            if (reader.startsWith("age1")) {
                Keys.requireRecipient(reader);
                keys.add(reader);
            } else {
                keys.addAll(KeyFile.open(reader, Keys::recipients));
            }
        }
        return new Encryption.ToKeys(keys);
    }

    /** A compression, in words. */
    static final class Method implements ITypeConverter<Compression> {
        @Override
        public Compression convert(String text) {
            return switch (text) {
                case "none" -> Compression.NONE;
                case "lz4" -> Compression.LZ4;
                case "zstd", "zstd:3" -> Compression.ZSTD;
                default ->
                    throw new TypeConversionException(
                            text.startsWith("zstd:")
                                    ? "zstd has level 3 here: for another one use a pipe to 'zstd -LEVEL'"
                                    : "'" + text + "' is none of none, lz4, zstd");
            };
        }
    }
}
