package dev.reprise.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void everyRowIsMeasuredUnlessSomeAreNamed() {
        assertThat(Options.parse(new String[0]).rows()).isEqualTo(Target.names());
        Options some = Options.parse(new String[] {"--rows", "sleep,jvm-http", "--json", "x"});
        assertThat(some.rows()).containsExactly("sleep", "jvm-http");
        assertThat(some.json()).isEqualTo(Path.of("x"));
    }

    @Test
    void whatIsUnknownIsNamed() {
        assertThatThrownBy(() -> Options.parse(new String[] {"--rows", "sheep"}))
                .hasMessageContaining("no sheep among");
        assertThatThrownBy(() -> Options.parse(new String[] {"--rounds"})).hasMessage("--rounds wants a value");
    }
}
