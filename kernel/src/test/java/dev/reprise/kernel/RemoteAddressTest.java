package dev.reprise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RemoteAddressTest {
    @Test
    void printsAsHexadecimal() {
        assertThat(new RemoteAddress(0x7f00).plus(0x10)).hasToString("0x7f10");
    }
}
