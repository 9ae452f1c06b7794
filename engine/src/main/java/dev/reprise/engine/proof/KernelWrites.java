package dev.reprise.engine.proof;

import dev.reprise.image.state.Image;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.Registers;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where the kernel itself writes into a program that stands still: the processor a thread is on, into its restartable sequence
 * (rseq(2)), and the rest of an interrupted sleep.
 */
final class KernelWrites {
    private static final int TIMESPEC = 16;
    private static final int LONGEST = 4096;

    private final Map<ObjectId, NavigableMap<Long, Integer>> places = new HashMap<>();

    private KernelWrites() {}

    static KernelWrites none() {
        return new KernelWrites();
    }

    static KernelWrites of(Image image) {
        KernelWrites writes = new KernelWrites();
        for (ProcessState process : image.processes()) {
            for (TaskState task : process.tasks()) {
                writes.add(
                        process.addressSpace(),
                        task.rseq().address(),
                        Math.min(task.rseq().length(), LONGEST));
                if (task.interruption() instanceof Interruption.Sleep sleep) {
                    writes.add(process.addressSpace(), rest(sleep.number(), task.registers()), TIMESPEC);
                }
            }
        }
        return writes;
    }

    private static long rest(int call, Registers registers) {
        return switch (call) {
            case SyscallNumbers.SYS_nanosleep -> registers.rsi();
            case SyscallNumbers.SYS_clock_nanosleep -> registers.r10();
            default -> 0; // of the others the kernel only reads a time
        };
    }

    private void add(ObjectId space, long address, int length) {
        if (address != 0 && length > 0) {
            places.computeIfAbsent(space, _ -> new TreeMap<>()).merge(address, length, Math::max);
        }
    }

    /** Whether there is such a place in an object's page. */
    boolean isIn(ObjectId object, long page) {
        return !near(object, page).isEmpty();
    }

    /** Makes what stands there zero. */
    void clear(ObjectId object, long page, ByteBuffer content) {
        near(object, page).forEach((start, length) -> {
            long from = Math.max(start, page) - page;
            long to = Math.min(start + length, page + PageRun.PAGE_SIZE) - page;
            for (long at = from; at < to; at++) {
                content.put((int) at, (byte) 0);
            }
        });
    }

    // One that begins before a page may reach into it.
    private SortedMap<Long, Integer> near(ObjectId object, long page) {
        NavigableMap<Long, Integer> all = places.get(object);
        return all == null ? new TreeMap<>() : all.subMap(page - LONGEST, page + PageRun.PAGE_SIZE);
    }
}
