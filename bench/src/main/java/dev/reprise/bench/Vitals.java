package dev.reprise.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The longest gap that a spinning thread of self_checker sees in itself (guests/threads/vitals.h). */
record Vitals(Path file) {
    private static final int HEADER_BYTES = 64;
    private static final int WORKER_BYTES = 80;
    private static final int LONGEST = 40;
    private static final int NAME = 48;
    private static final int NAME_BYTES = 32;
    private static final int WORKERS = 48;

    /** Something that may take its time from the program. */
    interface Disturbance {
        void run() throws Exception;
    }

    /** The longest round of the spinning thread from before the disturbance until 100 ms after it. */
    double longestGapMs(Disturbance disturbance) throws Exception {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long spinner = spinner(channel);
            channel.write(ByteBuffer.allocate(Long.BYTES), spinner + LONGEST);
            disturbance.run();
            Thread.sleep(100);
            return read(channel, spinner + LONGEST, Long.BYTES).getLong(0) / 1e3;
        }
    }

    private static long spinner(FileChannel channel) throws IOException {
        for (int i = 0; i < WORKERS; i++) {
            long worker = HEADER_BYTES + (long) WORKER_BYTES * i;
            String name = StandardCharsets.ISO_8859_1
                    .decode(read(channel, worker + NAME, NAME_BYTES))
                    .toString();
            if (name.startsWith("spin\0")) {
                return worker;
            }
        }
        throw new IOException("no spinning thread");
    }

    private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        channel.read(buffer, position);
        return buffer.flip();
    }
}
