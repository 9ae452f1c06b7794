package dev.reprise.engine.rebuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.Machine;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Vdso;
import dev.reprise.kernel.WaitStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images of a kernel whose vdso is another one: this one's, all functions of which have been made traps. */
class VdsoRebuildTest {
    private static final Interruption NONE = new Interruption.None();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"__vdso_time", "time"})
    void anotherVdsoLeadsToThisKernels(String function) throws Exception {
        assertThat(Vdso.functions(Vdso.code())).containsKey(function);
        // how many seconds time(2) is later than the vdso's time(): exit_group(time(0) - function(0))
        int offset = Vdso.functions(Vdso.code()).get(function).offset();
        int pid = HandMade.freeId();
        long address =
                start(new HandMade(directory, pid).code("cc").task(pid, NONE, 0).image()) + offset;
        String code = "31ff 48b8" + hex(address) + " ffd0 4889c3 31ff b8c9000000 0f05 29d8 89c7 b8e7000000 0f05";
        Image image = ofAnotherKernel(
                new HandMade(directory, pid).code(code).task(pid, NONE, 0).image());
        RestoreRun.restore(HandMade.source(image), RestoreOptions.DEFAULT, Progress.NONE);
        assertThat(WaitStatus.of(pid).exitStatus()).isBetween(0, 1);
    }

    @Test
    void aThreadInTheMiddleOfItIsRefused() throws Exception {
        int pid = HandMade.freeId();
        long inside =
                start(new HandMade(directory, pid).code("cc").task(pid, NONE, 0).image()) + 1000;
        Image image = ofAnotherKernel(new HandMade(directory, pid)
                .code("cc")
                .task(pid, NONE, inside - HandMade.CODE)
                .image());
        assertThatThrownBy(() -> RestoreRun.restore(HandMade.source(image), RestoreOptions.DEFAULT, Progress.NONE))
                .isInstanceOf(RestoreException.class)
                .hasMessageContaining("task " + pid + " was in the vdso");
    }

    @Test
    void whatIsUnknownHereMakesTheSystemCall() throws Exception {
        byte[] old = Vdso.code();
        byte[] calling = OldVdso.makingCalls(old);
        int at = Vdso.functions(old).get("__vdso_clock_gettime").offset();
        assertThat(Arrays.copyOfRange(calling, at, at + 8))
                .isEqualTo(HexFormat.of().parseHex("b8e40000000f05c3"));
        assertThat(OldVdso.leadingTo(old, new byte[64], 0)).isEqualTo(calling);
    }

    private static Image ofAnotherKernel(Image image) throws Exception {
        byte[] code = Vdso.code();
        Vdso.functions(code).values().forEach(f -> Arrays.fill(code, f.offset(), f.offset() + f.bytes(), (byte) 0xcc));
        Machine m = image.machine();
        Machine other = new Machine(
                m.architecture(),
                m.pageSize(),
                "another",
                m.xcr0(),
                Bytes.of(code),
                m.bootId(),
                m.monotonicNanos(),
                m.boottimeNanos(),
                m.realtimeNanos(),
                0,
                0);
        return new Image(other, image.objects(), image.processes());
    }

    private static long start(Image image) {
        for (Vma vma : ((AddressSpace) image.objects().getFirst()).vmas()) {
            if (vma.backing() instanceof Backing.Kernel(String name) && name.equals("[vdso]")) {
                return vma.start();
            }
        }
        throw new AssertionError("no vdso");
    }

    private static String hex(long address) {
        return HexFormat.of()
                .formatHex(ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(address)
                        .array());
    }
}
