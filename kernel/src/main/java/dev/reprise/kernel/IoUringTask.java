package dev.reprise.kernel;

import java.util.List;

/**
 * What the kernel keeps of a task that uses io_urings.
 *
 * @param address its struct task_struct
 * @param rings the open files of IORING_REGISTER_RING_FDS by their indexes, 0 where none is; empty: it has used no ring
 */
public record IoUringTask(int tid, long address, List<Long> rings) {
    public IoUringTask {
        rings = List.copyOf(rings);
    }
}
