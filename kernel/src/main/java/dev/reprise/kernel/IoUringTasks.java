package dev.reprise.kernel;

import dev.reprise.kernel.Btf.Place;
import dev.reprise.kernel.Btf.UnknownLayoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads what the kernel keeps of tasks that use io_urings (struct io_uring_task), as {@link IoUringContexts} does. */
final class IoUringTasks {
    // struct bpf_iter__task: u64 meta, task
    private static final int META = 0;
    private static final int TASK = 8;

    private static final int ITERATED = 6;
    private static final int LOOKED_AT = 7;

    private final int function;
    private final int stream;
    private final int own;
    private final Place rings;

    IoUringTasks(Btf types) throws UnknownLayoutException {
        function = types.function("bpf_iter_task");
        stream = types.place("bpf_iter_meta", "seq").offset();
        own = types.place("task_struct", "io_uring").offset();
        rings = types.place("io_uring_task", "registered_rings");
    }

    List<IoUringTask> of(List<Integer> tids) throws KernelException {
        List<IoUringTask> tasks = new ArrayList<>();
        try (BpfIterator iterator = new BpfIterator(function, program())) {
            for (int tid : tids) {
                ByteBuffer told = iterator.ofTask(tid);
                if (told.hasRemaining()) {
                    List<Long> files = new ArrayList<>();
                    long address = told.getLong();
                    boolean uses = told.getLong() != 0;
                    while (uses && told.hasRemaining()) {
                        files.add(told.getLong());
                    }
                    tasks.add(new IoUringTask(tid, address, files));
                }
            }
        }
        return tasks;
    }

    // The frame: the task's address, that of what is kept of it, the registered files.
    private BpfProgram program() {
        int size = 2 * Long.BYTES + rings.bytes();
        BpfProgram p = new BpfProgram();
        BpfProgram.Target tell = new BpfProgram.Target();
        BpfProgram.Target end = new BpfProgram.Target();
        p.move(ITERATED, 1);
        p.load8(LOOKED_AT, ITERATED, TASK);
        p.jumpIfEqual(LOOKED_AT, 0, end);
        for (int at = -size; at < 0; at += Long.BYTES) {
            p.clear8(BpfProgram.FRAME, at);
        }
        p.store8(BpfProgram.FRAME, -size, LOOKED_AT);
        p.read(LOOKED_AT, own, Long.BYTES - size, Long.BYTES, end);
        p.load8(LOOKED_AT, BpfProgram.FRAME, Long.BYTES - size);
        p.jumpIfEqual(LOOKED_AT, 0, tell);
        p.read(LOOKED_AT, rings.offset(), 2 * Long.BYTES - size, rings.bytes(), end);
        p.place(tell);
        p.load8(1, ITERATED, META);
        p.load8(1, 1, stream);
        p.tell(-size, size);
        p.place(end);
        p.end();
        return p;
    }
}
