package dev.reprise.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.image.state.MmFields;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MmAddressesTest {
    @Test
    void fieldsAreThoseOfTheManPageWhateverTheNameIs() {
        String numbers =
                IntStream.rangeClosed(4, 52).mapToObj(Integer::toString).collect(Collectors.joining(" "));

        MmFields fields = MmAddresses.parse("1234 (a ) R (b) S " + numbers + "\n", 99);

        assertThat(fields).isEqualTo(new MmFields(26, 27, 45, 46, 47, 99, 28, 48, 49, 50, 51));
    }
}
