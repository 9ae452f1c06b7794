package dev.reprise.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code reprise sample}, which tools/self.bash alone uses: a program that has what services have, many threads, memory, mapped
 * files, a set that waits for sockets and pipes; nothing that there can be only one of, since it is restored beside itself. It ends after a while.
 */
@Command(name = "sample", hidden = true, description = "A program for the tool's own dry runs.")
final class SampleCommand implements Callable<Integer> {
    private static final int PARKED = 12;
    /** More than what is written in the freeze. */
    private static final int HEAP_BYTES = 8 << 20;

    private static final int FILE_BYTES = 1 << 20;
    private static final Duration LIFE = Duration.ofMinutes(5);

    @Parameters(paramLabel = "DIRECTORY", description = "Where its files are; its \"ready\" says that it has begun.")
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Override
    public Integer call() throws IOException {
        byte[] heap = new byte[HEAP_BYTES];
        Arrays.fill(heap, (byte) 1);
        try (FileChannel file = FileChannel.open(
                        directory.resolve("mapped"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
                Selector selector = Selector.open();
                DatagramChannel socket = DatagramChannel.open()) {
            MappedByteBuffer shared = file.map(FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES);
            MappedByteBuffer changed = file.map(FileChannel.MapMode.PRIVATE, 0, FILE_BYTES);
            shared.put(0, (byte) 1);
            changed.put(0, (byte) 2);
            Pipe pipe = Pipe.open();
            pipe.sink().write(ByteBuffer.wrap(new byte[100]));
            pipe.source().configureBlocking(false).register(selector, SelectionKey.OP_READ);
            socket.configureBlocking(false).register(selector, SelectionKey.OP_READ);
            for (int i = 0; i < PARKED; i++) {
                Thread.ofPlatform().daemon().start(LockSupport::park);
            }
            Files.createFile(directory.resolve("ready"));
            long end = System.nanoTime() + LIFE.toNanos();
            Pipe.SourceChannel source = pipe.source();
            ByteBuffer into = ByteBuffer.allocate(heap.length);
            while (System.nanoTime() < end) {
                selector.select(LIFE.toMillis());
                source.read(into);
            }
        }
        return ExitStatus.DONE;
    }
}
