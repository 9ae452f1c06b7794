package dev.reprise.image.codec.v1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.image.GoldenImage;
import dev.reprise.image.RandomRecords;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Twin;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The .proto files say what really stands in an image: protoc reads every record of the golden image and writes it back. */
class PublishedSpecificationTest {
    private static final Path PROTO = Path.of("src/main/proto");
    private static final Map<Integer, String> MESSAGES = Map.ofEntries(
            Map.entry(1, "stream Digest"),
            Map.entry(2, "stream Index"),
            Map.entry(RecordType.MACHINE, "machine Machine"),
            Map.entry(RecordType.FOREST, "forest Forest"),
            Map.entry(RecordType.PROCESS, "process Process"),
            Map.entry(RecordType.TASK, "task Task"),
            Map.entry(RecordType.PAGES, "pages Pages"),
            Map.entry(RecordType.ADDRESS_SPACE, "address_space AddressSpace"),
            Map.entry(RecordType.FD_TABLE, "fd_table FdTable"),
            Map.entry(RecordType.FS_CONTEXT, "fs_context FsContext"),
            Map.entry(RecordType.SIGNAL_HANDLERS, "signal_handlers SignalHandlers"),
            Map.entry(RecordType.MEMORY_OBJECT, "memory_object MemoryObject"),
            Map.entry(RecordType.PIPE, "pipe Pipe"),
            Map.entry(RecordType.REGULAR_FILE, "path_files RegularFile"),
            Map.entry(RecordType.DIRECTORY_FILE, "path_files DirectoryFile"),
            Map.entry(RecordType.PATH_FILE, "path_files PathFile"),
            Map.entry(RecordType.DEVICE_FILE, "path_files DeviceFile"),
            Map.entry(RecordType.TERMINAL_FILE, "path_files TerminalFile"),
            Map.entry(RecordType.PIPE_END, "pipe_end PipeEnd"),
            Map.entry(RecordType.FIFO_END, "pipe_end FifoEnd"),
            Map.entry(RecordType.PSEUDOTERMINAL, "pseudoterminal Pseudoterminal"),
            Map.entry(RecordType.UTS_NAMESPACE, "uts_namespace UtsNamespace"),
            Map.entry(RecordType.IPC_NAMESPACE, "ipc_namespace IpcNamespace"),
            Map.entry(RecordType.ENTERED_NAMESPACE, "entered_namespace EnteredNamespace"),
            Map.entry(RecordType.PSEUDOTERMINAL_END, "pseudoterminal PseudoterminalEnd"),
            Map.entry(RecordType.EVENT_FD, "event_fd EventFd"),
            Map.entry(RecordType.TIMER_FD, "timer_fd TimerFd"),
            Map.entry(RecordType.SIGNAL_FD, "signal_fd SignalFd"),
            Map.entry(RecordType.EPOLL, "epoll Epoll"),
            Map.entry(RecordType.INOTIFY, "inotify Inotify"),
            Map.entry(RecordType.FANOTIFY, "fanotify Fanotify"),
            Map.entry(RecordType.USERFAULTFD, "userfaultfd Userfaultfd"),
            Map.entry(RecordType.IO_URING, "io_uring IoUring"),
            Map.entry(RecordType.TWIN, "twin Twin"),
            Map.entry(RecordType.BPF_MAP, "bpf_map BpfMap"),
            Map.entry(RecordType.MEM_FD, "mem_fd MemFd"),
            Map.entry(RecordType.SOCKET, "socket Socket"),
            Map.entry(RecordType.DELETED_FILE, "mem_fd DeletedFile"),
            Map.entry(RecordType.PROC_FILE, "path_files ProcFile"),
            Map.entry(RecordType.SECCOMP_FILTER, "seccomp_filter SeccompFilter"),
            Map.entry(RecordType.CGROUPS, "cgroups Cgroups"),
            Map.entry(RecordType.SHARED_MEMORY_SEGMENT, "ipc SharedMemorySegment"),
            Map.entry(RecordType.SEMAPHORE_SET, "ipc SemaphoreSet"),
            Map.entry(RecordType.MESSAGE_QUEUE, "ipc MessageQueue"),
            Map.entry(RecordType.PROCESS_FD, "process_fd ProcessFd"),
            Map.entry(RecordType.POSIX_QUEUE, "posix_queue PosixQueue"),
            Map.entry(RecordType.HUNG_UP_TERMINAL, "hung_up_terminal HungUpTerminal"),
            Map.entry(RecordType.OUTSIDE_FILE, "outside_file OutsideFile"));

    private record Payload(int type, Bytes content) {}

    @BeforeAll
    static void needsProtoc() {
        assumeTrue(
                Pattern.compile(":")
                        .splitAsStream(System.getenv("PATH"))
                        .anyMatch(d -> Files.isExecutable(Path.of(d, "protoc"))),
                "protoc is not installed (Debian: protobuf-compiler)");
    }

    @Test
    void protocReadsEveryRecordAndWritesItBack() throws Exception {
        TreeSet<Integer> seen = new TreeSet<>();
        List<Payload> all = new ArrayList<>(payloads(GoldenImage.v1()));
        all.add(twin()); // no image that goes anywhere has one
        for (Payload payload : all) {
            String message = MESSAGES.get(payload.type());
            if (message == null) {
                assertThat(payload.type()).isEqualTo(60_000);
                continue;
            }
            seen.add(payload.type());
            byte[] text = protoc("--decode", message, payload.content().toArray());
            assertThat(new String(text, StandardCharsets.UTF_8))
                    .as(message)
                    .isNotBlank()
                    .doesNotContainPattern("(?m)^ *\\d+[: ]");
            assertThat(protoc("--encode", message, text))
                    .as(message)
                    .isEqualTo(payload.content().toArray());
        }
        assertThat(seen).isEqualTo(new TreeSet<>(MESSAGES.keySet()));
    }

    private static Payload twin() {
        Twin twin = new RandomRecords(1).make(Twin.class);
        return new Payload(RecordType.TWIN, Bytes.of(TwinCodec.write(twin).toByteArray()));
    }

    // By hand, as docs/image-format.md has it.
    private static List<Payload> payloads(byte[] image) {
        ByteBuffer in = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        List<Payload> payloads = new ArrayList<>();
        int at = 256;
        while (at < image.length - 64) {
            int length = in.getInt(at + 8);
            long data = in.getLong(at + 16);
            payloads.add(new Payload(
                    in.getShort(at) & 0xffff, Bytes.of(Arrays.copyOfRange(image, at + 32, at + 32 + length))));
            at += 32 + length;
            if (data > 0) {
                at = (at + 4095) / 4096 * 4096 + (int) data;
            }
        }
        return payloads;
    }

    private static byte[] protoc(String mode, String fileAndMessage, byte[] input) throws Exception {
        int space = fileAndMessage.indexOf(' ');
        String file = "reprise/v1/" + fileAndMessage.substring(0, space) + ".proto";
        String message = "reprise.v1." + fileAndMessage.substring(space + 1);
        Path from = Files.createTempFile("payload", ".bin");
        try {
            Files.write(from, input);
            Process protoc = new ProcessBuilder("protoc", mode + "=" + message, "-I" + PROTO, file)
                    .redirectInput(from.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            byte[] output = read(protoc);
            assertThat(protoc.waitFor()).as(fileAndMessage).isZero();
            return output;
        } finally {
            Files.delete(from);
        }
    }

    private static byte[] read(Process protoc) throws IOException {
        try (InputStream out = protoc.getInputStream()) {
            return out.readAllBytes();
        }
    }
}
