package dev.reprise.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Times and sizes on the command line. */
final class Quantities {
    private static final Pattern QUANTITY = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,9})?)\\s*([a-zA-Z]*)");
    private static final Map<String, Long> TIMES =
            Map.of("us", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L, "m", 60_000_000_000L);
    private static final Map<String, Long> SIZES =
            Map.of("", 1L, "b", 1L, "k", 1L << 10, "m", 1L << 20, "g", 1L << 30, "t", 1L << 40);

    private Quantities() {}

    /** A time with its unit (us, ms, s, m) in nanoseconds. */
    static final class Nanos implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return parse(text, "a time is a number with its unit, such as 20ms or 1s", false);
        }
    }

    /** A size in bytes; k, M, G, T (also KiB, MB, ...) are powers of 1024. */
    static final class Bytes implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return parse(text, "a size is a number of bytes, also with k, M, G or T", true);
        }
    }

    private static long parse(String text, String rule, boolean isSize) {
        Matcher matcher = QUANTITY.matcher(text.strip());
        if (!matcher.matches()) {
            throw new TypeConversionException(rule + ", not '" + text + "'");
        }
        String unit = matcher.group(2).toLowerCase(Locale.ROOT);
        Long factor = isSize ? SIZES.get(unit.replaceFirst("^([kmgt])i?b$", "$1")) : TIMES.get(unit);
        if (factor == null) {
            throw new TypeConversionException(rule + ", not '" + text + "'");
        }
        BigDecimal amount = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(factor));
        if (amount.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) >= 0 || amount.compareTo(BigDecimal.ONE) < 0) {
            throw new TypeConversionException("'" + text + "' is too "
                    + (amount.signum() > 0 && amount.compareTo(BigDecimal.ONE) >= 0 ? "large" : "small"));
        }
        return amount.setScale(0, RoundingMode.FLOOR).longValueExact();
    }
}
