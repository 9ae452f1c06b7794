package dev.reprise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AioTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 63", "3, 127", "5, 255", "47, 2943"})
    void theFewestRequestsMakeARingOfSoManyPages(int pages, long requests) {
        assertThat(Aio.requests(4096L * pages)).isEqualTo(requests);
        // the kernel's own reckoning: twice as many and two more, behind a header (aio_setup_ring)
        assertThat(pagesOf(requests)).isEqualTo(pages);
        assertThat(pagesOf(requests - 1)).isLessThan(Math.max(pages, 2));
    }

    private static long pagesOf(long requests) {
        return (Aio.HEADER_SIZE + Aio.EVENT_SIZE * (2 * requests + 2) + 4095) / 4096;
    }

    @Test
    void slotsComeInBatches() {
        assertThat(Aio.events(4096)).isEqualTo(127);
        assertThat(Aio.slots(127, 2)).isEqualTo(120);
        assertThat(Aio.slots(127, 256)).isEqualTo(126);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {"0-1 2", "0 1", "0-3,8 5", "0,2-3,5-9 8"})
    void processorsAreCounted(String list, int count) {
        assertThat(Processors.count(list)).isEqualTo(count);
    }
}
