package dev.reprise.cli;

import dev.reprise.engine.model.Compression;
import dev.reprise.engine.model.Filters;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
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

    boolean areGiven() {
        return compression != null;
    }

    Filters filters() {
        return new Filters(compression == null ? Compression.NONE : compression);
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
