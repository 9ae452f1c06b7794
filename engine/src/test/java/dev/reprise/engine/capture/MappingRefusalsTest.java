package dev.reprise.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.Smaps;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MappingRefusalsTest {
    private static final String VDSO = """
            7fff00000000-7fff00004000 r--p 00000000 00:00 0 [vvar]
            VmFlags: rd mr pf io de dd
            7fff00004000-7fff00006000 r-xp 00000000 00:00 0 [vdso]
            VmFlags: rd ex mr mw me de
            """;

    @Test
    void anOrdinaryProcessIsNotRefused() {
        assertThat(MappingRefusals.of(
                        Smaps.parse(("1000-2000 rw-p 00000000 00:00 0 [heap]\nVmFlags: rd wr mr mw me ac sd\n" + VDSO)
                                .getBytes(StandardCharsets.ISO_8859_1))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "anon_inode:[perf_event], rd wr sh, performance counter",
        "/secretmem (deleted), rd wr sh, secret memory",
        "/dev/mem, rd wr sh pf io, device memory",
        "/anon_hugepage (deleted), rd wr ht um, userfaultfd range of huge pages",
        "'', rd wr ss, shadow stack",
    })
    void whatCannotBeSavedIsNamed(String path, String flags, String resource) {
        String text = "7f0000001000-7f0000002000 rw-s 00000000 00:0f 7 " + path + "\nVmFlags: " + flags + "\n" + VDSO;

        assertThat(MappingRefusals.of(Smaps.parse(text.getBytes(StandardCharsets.ISO_8859_1))))
                .singleElement()
                .extracting(Refusal::resource, Refusal::where)
                .containsExactly(resource, "mapping 7f0000001000-7f0000002000");
    }

    @Test
    void aProcessWithoutVdsoIsRefused() {
        assertThat(MappingRefusals.of(
                        Smaps.parse("1000-2000 rw-p 00000000 00:00 0\n".getBytes(StandardCharsets.ISO_8859_1))))
                .singleElement()
                .extracting(Refusal::resource)
                .isEqualTo("process without a vdso");
    }

    @Test
    void protectionKeysAreRefusedButNotTheKernelsOwnForExecuteOnlyMemory() {
        String text = "1000-2000 rw-p 00000000 00:00 0\nProtectionKey: 1\nVmFlags: rd wr\n"
                + "3000-4000 --xp 00000000 00:00 0\nProtectionKey: 2\nVmFlags: ex\n" + VDSO;

        assertThat(MappingRefusals.of(Smaps.parse(text.getBytes(StandardCharsets.ISO_8859_1))))
                .extracting(Refusal::where)
                .containsExactly("mapping 1000-2000");
    }
}
