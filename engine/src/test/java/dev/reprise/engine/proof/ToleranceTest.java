package dev.reprise.engine.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.transport.Images;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.PendingSignal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a proof lets pass, and what not. */
class ToleranceTest {
    private static final Path GOLDEN = Path.of("../image/src/test/resources/golden/v1/sample.image");
    private static final int SI_QUEUE = -1;
    private static final int SI_TIMER = -2;
    private static final int CLD_STOPPED = 5;

    @Test
    void aSignalThatSomebodyHasSentMustNotComeTwice() throws IOException {
        PendingSignal sent = signal(40, SI_QUEUE);
        assertThat(without(List.of(sent), List.of(sent, sent))).isEqualTo(List.of(sent, sent));
        assertThat(without(List.of(), List.of(sent))).isEqualTo(List.of(sent));
    }

    @Test
    void timersAndStoppedChildrenTellOfThemselves() throws IOException {
        PendingSignal sent = signal(40, SI_QUEUE);
        List<PendingSignal> all = List.of(signal(17, CLD_STOPPED), sent, signal(14, SI_TIMER));
        assertThat(without(List.of(sent), all)).isEqualTo(List.of(sent));
    }

    @Test
    void aDirectoryBelowACoveredOneIsCoveredWithIt() {
        assertThat(NewNames.outermost(new TreeSet<>(List.of("/tmp", "/tmp-x", "/tmp/a", "/tmp/a/b", "/tmp/c", "/run"))))
                .containsExactly("/run", "/tmp", "/tmp-x");
    }

    private static List<?> without(List<?> one, List<?> other) throws IOException {
        try (PageSource source = Images.open(GOLDEN, Host.ANY, Opening.NONE)) {
            return Tolerance.between(source.image(), source.image()).without(one, other);
        }
    }

    private static PendingSignal signal(int number, int code) {
        byte[] siginfo = ByteBuffer.allocate(PendingSignal.SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, number)
                .putInt(8, code)
                .array();
        return new PendingSignal(Bytes.of(siginfo));
    }
}
