package dev.reprise.cli;

import dev.reprise.engine.model.Lanes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How many threads work on a stream. */
final class LaneArguments {
    @Option(
            names = "--lanes",
            paramLabel = "N",
            converter = LaneNumber.class,
            description =
                    "Work on the image's stream by so many threads at once, 1 to 8, and by as many in each filter; the bytes are the same"
                            + " whoever is faster. (Default: as many as there are processors, four at most. Into a plain file programs write their"
                            + " memory themselves, and out of one they read it.)")
    private @Nullable Integer lanes;

    int lanes() {
        return lanes == null ? Lanes.byCores() : lanes;
    }

    /** A number of lanes, in words. */
    static final class LaneNumber implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (text.length() == 1 && text.charAt(0) >= '1' && text.charAt(0) <= '0' + Lanes.MOST) {
                return text.charAt(0) - '0';
            }
            throw new TypeConversionException("'" + text + "' is no number from 1 to " + Lanes.MOST);
        }
    }
}
