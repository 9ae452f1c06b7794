package dev.reprise.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SamplesTest {
    private final Samples samples = new Samples();

    @Test
    void medianIsTheMiddleOrBetweenTheTwoInTheMiddle() {
        samples.add("odd", 9);
        samples.add("odd", 1);
        samples.add("odd", 2);
        assertThat(samples.median("odd")).isEqualTo(2);
        samples.add("odd", 3);
        assertThat(samples.median("odd")).isEqualTo(2.5);
    }

    @Test
    void whatWasNotMeasuredIsAnEmptyCell() {
        samples.add("wall_ms", 5);
        assertThat(Tables.row(Target.named("sleep"), samples, ""))
                .isEqualTo("| sleep | 1 |  |  | 5.00 |  |  |  |  |  |  |  |  |");
    }
}
