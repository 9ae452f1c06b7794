package dev.reprise.engine.transport;

import dev.reprise.engine.twin.Twins;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Twin;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.NamespaceNumber;
import dev.reprise.kernel.PidFd;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.ProcessMemory;
import dev.reprise.kernel.RemoteAddress;
import dev.reprise.kernel.WaitStatus;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process that an image names as the one that holds some of its memory, and that is the one: it has what nobody else can have. */
final class TwinProcess implements AutoCloseable {
    private static final int SIGKILL = 9;
    private static final int WORD_TO_MARK = 16;
    private static final int BYTES = WORD_TO_MARK + Twin.MARK;

    private final Twin twin;
    private final PidFd process;
    private final boolean isKept;

    private TwinProcess(Twin twin, PidFd process, boolean isKept) {
        this.twin = twin;
        this.process = process;
        this.isKept = isKept;
    }

    /** Null where there is none of that kind any more; an exception where that cannot be told. */
    static @Nullable TwinProcess find(Twin twin) throws KernelException, IOException {
        if (NamespaceNumber.ofOwnPids() != twin.pidNamespace()) {
            throw new IOException("its memory is held by processes of another pid namespace; use it there");
        }
        PidFd process;
        try {
            process = PidFd.open(twin.pid());
        } catch (KernelException gone) {
            gone.requireAnswer();
            return null;
        }
        try {
            Words words = isSame(twin) ? Words.of(twin) : null;
            // What was read was read of the one that the descriptor means, if that lives still.
            if (words == null || process.hasEnded() || !words.mark.equals(twin.mark())) {
                process.close();
                return null;
            }
            return new TwinProcess(twin, process, words.word == 1);
        } catch (KernelException | RuntimeException failure) {
            process.close();
            throw failure;
        }
    }

    private static boolean isSame(Twin twin) throws KernelException {
        try {
            ProcStat stat = ProcStat.of(twin.pid());
            return stat.startTicks() == twin.startTicks() && Twins.isOne(stat);
        } catch (KernelException gone) {
            gone.requireAnswer();
            return false;
        }
    }

    private record Words(int word, Bytes mark) {
        // It may have been killed a moment ago.
        static @Nullable Words of(Twin twin) throws KernelException {
            try (Arena arena = Arena.ofConfined();
                    ProcessMemory memory = new ProcessMemory(twin.pid())) {
                MemorySegment words = arena.allocate(BYTES, Long.BYTES);
                memory.read(new RemoteAddress(twin.word()), words);
                return new Words(
                        words.get(ValueLayout.JAVA_INT, 0),
                        Bytes.of(words.asSlice(WORD_TO_MARK, Twin.MARK).toArray(ValueLayout.JAVA_BYTE)));
            } catch (KernelException failure) {
                return switch (failure.errno()) {
                    case ESRCH, EFAULT -> null;
                    default -> throw failure;
                };
            }
        }
    }

    /** Whether it outlives whoever made it: its image is complete. */
    boolean isKept() {
        return isKept;
    }

    /** Whether it has ended meanwhile. */
    boolean hasEnded() {
        try {
            return process.hasEnded();
        } catch (KernelException notTold) {
            return true;
        }
    }

    /** What the image says of it. */
    Twin twin() {
        return twin;
    }

    /** What it has that nobody else has, in bytes. */
    long ownBytes() {
        try {
            String sums = Proc.text("/proc/" + twin.pid() + "/smaps_rollup");
            return field(sums, "Private_Dirty:") + field(sums, "Swap:");
        } catch (KernelException ended) {
            return 0;
        }
    }

    private static long field(String sums, String name) {
        int at = sums.indexOf("\n" + name) + 1 + name.length();
        return Long.parseLong(sums.substring(at, sums.indexOf("kB", at)).strip()) << 10;
    }

    /** Tells it to end. */
    void kill() {
        process.signal(SIGKILL);
    }

    /** Waits until it has ended and its memory is free; false where that has not come in time. */
    boolean awaitEnd(long endNanos) throws KernelException {
        long left = Math.max(0, endNanos - System.nanoTime());
        if (!process.awaitEnd((int) TimeUnit.NANOSECONDS.toMillis(left))) {
            return false;
        }
        try {
            WaitStatus.of(twin.pid()); // an orphan is ours where we adopt them
        } catch (KernelException isReapedByOthers) {
            // then nothing is left of it
        }
        return true;
    }

    @Override
    public void close() {
        process.close();
    }
}
