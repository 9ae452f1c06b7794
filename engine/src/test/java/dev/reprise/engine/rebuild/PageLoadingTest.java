package dev.reprise.engine.rebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageLoadingTest {
    private static final ObjectId OBJECT = new ObjectId(1);

    @Test
    void loadersShareTheBytesEvenlyAndWithoutGap() {
        PageBatch one = new PageBatch(OBJECT, List.of(new PageRun(0x100000, 5000), new PageRun(0x8000000, 7000)), 8192);
        PageBatch other = new PageBatch(OBJECT, List.of(new PageRun(0x20000000, 9000)), 1L << 30);

        List<List<PageBatch>> shares = PageLoading.share(List.of(one, other), 2);

        long[] bytes = new long[2];
        for (int i = 0; i < 2; i++) {
            for (PageBatch piece : shares.get(i)) {
                bytes[i] += piece.bytes();
            }
        }
        assertThat(bytes[0] + bytes[1]).isEqualTo(21000L * PageRun.PAGE_SIZE);
        assertThat(Math.abs(bytes[0] - bytes[1])).isLessThanOrEqualTo(8L << 20);
        assertThat(shares.get(0).get(0)).isEqualTo(new PageBatch(OBJECT, List.of(new PageRun(0x100000, 2048)), 8192));
        assertThat(shares.get(1).get(0).position()).isEqualTo(8192 + (8L << 20));
    }
}
