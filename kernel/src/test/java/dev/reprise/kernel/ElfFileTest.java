package dev.reprise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfFileTest {
    @TempDir
    Path directory;

    @Test
    void theBuildIdIsWhatReadelfSays() throws Exception {
        String libc = Smaps.mapsOf((int) ProcessHandle.current().pid()).stream()
                .map(Mapping::path)
                .filter(path -> path.contains("libc.so"))
                .findFirst()
                .orElseThrow();
        Process readelf = new ProcessBuilder("readelf", "-n", libc).start();
        String notes = new String(readelf.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

        try (Fd fd = Fd.open(libc, Fcntl.O_RDONLY, 0)) {
            String id = ElfFile.buildId(fd);
            assertThat(id).hasSizeGreaterThanOrEqualTo(32);
            assertThat(notes).contains("Build ID: " + id);
        }
    }

    @Test
    void otherFilesHaveNone() throws Exception {
        assertThat(idOf(new byte[0])).isEmpty();
        assertThat(idOf("#!/bin/sh\n".repeat(100).getBytes(StandardCharsets.US_ASCII)))
                .isEmpty();
        byte[] hostile = new byte[64];
        java.util.Arrays.fill(hostile, (byte) 0xff);
        System.arraycopy(new byte[] {0x7f, 'E', 'L', 'F', 2}, 0, hostile, 0, 5);
        assertThat(idOf(hostile)).isEmpty();
    }

    private String idOf(byte[] content) throws Exception {
        Path file = directory.resolve("file");
        Files.write(file, content);
        try (Fd fd = Fd.open(file.toString(), Fcntl.O_RDONLY, 0)) {
            return ElfFile.buildId(fd);
        }
    }
}
