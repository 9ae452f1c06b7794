package dev.reprise.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Twin;
import dev.reprise.kernel.NamespaceNumber;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Whom an image names. */
class TwinProcessTest {
    // Whoever writes an image may name anybody whose memory has 16 bytes that are known.
    @Test
    void aProcessThatIsNoTwinIsNotTakenForOne() throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment words = arena.allocate(16 + Twin.MARK, Long.BYTES);
            byte[] mark = new byte[Twin.MARK];
            for (int i = 0; i < mark.length; i++) {
                mark[i] = (byte) (i + 1);
            }
            MemorySegment.copy(mark, 0, words, ValueLayout.JAVA_BYTE, 16, mark.length);
            int pid = Proc.ownPid();
            Twin named = new Twin(
                    new ObjectId(2),
                    new ObjectId(1),
                    pid,
                    ProcStat.of(pid).startTicks(),
                    NamespaceNumber.ofOwnPids(),
                    words.address(),
                    Bytes.of(mark));
            assertThat(TwinProcess.find(named)).isNull();
        }
    }
}
