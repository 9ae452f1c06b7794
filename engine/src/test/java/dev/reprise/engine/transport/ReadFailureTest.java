package dev.reprise.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.model.Reason;
import java.io.EOFException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What is said of an image that cannot be read. */
class ReadFailureTest {
    // As that of a twin that ends while it is read.
    @Test
    void whatHasWordsIsSaidInThem() {
        assertThat(ReadFailure.reason(new IOException("process 7 has ended")))
                .isEqualTo(new Reason.Io("reading the image: process 7 has ended", ""));
        assertThat(ReadFailure.reason(new EOFException()))
                .isEqualTo(new Reason.Io("reading the image: java.io.EOFException", ""));
    }
}
