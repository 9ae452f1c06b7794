package dev.reprise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SmapsTest {
    private static final String TEXT = """
            55d0c8a00000-55d0c8a21000 rw-p 00000000 00:00 0                          [heap]
            Size:                132 kB
            Rss:                   8 kB
            Swap:                  4 kB
            SwapPss:               4 kB
            THPeligible:           0
            ProtectionKey:         0
            VmFlags: rd wr mr mw me ac\s
            7f1c00000000-7f1c00002000 r-xs 0000a000 103:02 1234567                   /a file (deleted)
            Rss:                   0 kB
            ProtectionKey:         3
            VmFlags: rd ex sh mr me ms\s
            7ffd00000000-7ffd00001000 ---p 00000000 00:00 0\s
            VmFlags: mr mw me gd
            ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
            VmFlags: ex
            """;

    @Test
    void everyColumnOfSmapsIsThere() {
        List<Mapping> mappings = parse(TEXT);

        assertThat(mappings).hasSize(4);
        assertThat(mappings.get(0))
                .isEqualTo(new Mapping(
                        0x55d0c8a00000L,
                        0x55d0c8a21000L,
                        Mman.PROT_READ | Mman.PROT_WRITE,
                        false,
                        0,
                        0,
                        0,
                        "[heap]",
                        "rd wr mr mw me ac ",
                        12,
                        0));
        Mapping file = mappings.get(1);
        assertThat(file.shared()).isTrue();
        assertThat(file.offset()).isEqualTo(0xa000);
        // major 0x103, minor 2, as stat(2) packs them
        assertThat(file.device()).isEqualTo(0x10302);
        assertThat(file.inode()).isEqualTo(1234567);
        assertThat(file.path()).isEqualTo("/a file (deleted)");
        assertThat(file.has("sh")).isTrue();
        assertThat(file.protectionKey()).isEqualTo(3);
        assertThat(file.has("wr")).isFalse();
        assertThat(file.range()).isEqualTo("7f1c00000000-7f1c00002000");
        assertThat(mappings.get(2).path()).isEmpty();
        assertThat(mappings.get(2).protection()).isEqualTo(Mman.PROT_NONE);
        assertThat(mappings.get(3).start()).isEqualTo(0xffffffffff600000L);
    }

    @Test
    void mapsAreReadByTheSameParser() {
        List<Mapping> mappings = parse("""
                1000-2000 rw-p 00000000 00:00 0\s
                7f00-8f00 r--p 00001000 fe:00 12                                   /x\\012y
                """);

        assertThat(mappings).extracting(Mapping::path).containsExactly("", "/x\\012y");
        assertThat(mappings.getLast().flags()).isEmpty();
    }

    @Test
    void aTextThatEndsEarlyIsNoError() {
        assertThat(parse("")).isEmpty();
        assertThat(parse("1000-2000 rw-p 00000000 00:00 0")).hasSize(1);
    }

    @Test
    void ourOwnMappingsAreTheSameInBothFiles() throws Exception {
        int self = (int) ProcessHandle.current().pid();
        List<String> names = Smaps.of(self).stream()
                .map(Mapping::path)
                .filter(p -> p.startsWith("[v"))
                .toList();

        assertThat(names)
                .isEqualTo(Smaps.mapsOf(self).stream()
                        .map(Mapping::path)
                        .filter(p -> p.startsWith("[v"))
                        .toList())
                .contains("[vdso]");
    }

    private static List<Mapping> parse(String text) {
        return Smaps.parse(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
