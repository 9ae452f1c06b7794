package dev.reprise.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({
        "20ms, 20000000",
        "1s, 1000000000",
        "0.5s, 500000000",
        "2m, 120000000000",
        "250 us, 250000",
        "20MS, 20000000"
    })
    void times(String text, long nanos) {
        assertThat(new Quantities.Nanos().convert(text)).isEqualTo(nanos);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "4096, 4096",
        "1k, 1024",
        "500M, 524288000",
        "2G, 2147483648",
        "1.5GiB, 1610612736",
        "3mb, 3145728",
        "12B, 12",
        "1T, 1099511627776"
    })
    void sizes(String text, long bytes) {
        assertThat(new Quantities.Bytes().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ms", "20", "1h", "-1s", "1e3s", "0ms", "0.0000000001s", "999999999999999m"})
    void noTimes(String text) {
        assertThatThrownBy(() -> new Quantities.Nanos().convert(text)).isInstanceOf(TypeConversionException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "20ms", "1X", "-1", "0", "0.1", "1ib", "99999999T"})
    void noSizes(String text) {
        assertThatThrownBy(() -> new Quantities.Bytes().convert(text)).isInstanceOf(TypeConversionException.class);
    }
}
