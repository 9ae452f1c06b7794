package dev.reprise.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YardstickTest {
    @Test
    void movesEveryByteAndLeavesNoFile(@TempDir Path directory) throws Exception {
        Path image = Files.write(directory.resolve("image"), new byte[1_234_567]);
        Yardstick yardstick = Yardstick.measure(image, directory.resolve("fresh"), false);
        assertThat(yardstick.bytes()).isEqualTo(1_234_567);
        assertThat(yardstick.readMs()).isPositive();
        assertThat(yardstick.writeMs()).isPositive();
        assertThat(directory).isDirectoryNotContaining("glob:**fresh");
    }
}
