package dev.reprise.kernel;

import dev.reprise.kernel.Btf.Place;
import dev.reprise.kernel.Btf.UnknownLayoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what the kernel knows of io_urings (struct io_ring_ctx), from outside and touching nothing: a BPF program for each that is asked
 * about follows the open file to it, with the places of the kernel's own type information (docs/decisions/0011-idle-kernel-queues.md).
 */
public final class IoUringContexts {
    // struct bpf_iter__task_file: u64 meta, task; u32 fd; u64 file
    private static final int META = 0;
    private static final int FD = 16;
    private static final int FILE = 24;

    private static final int ITERATED = 6;
    private static final int LOOKED_AT = 7;
    private static final int NODE = 8;
    private static final int LENGTH = 9;

    private final Map<IoUringField, Place> places = new EnumMap<>(IoUringField.class);
    private final int ofFiles;
    private final int privateData;
    private final int stream;
    private final int freeList;
    private final int next;
    private final List<Integer> offsets = new ArrayList<>();
    private final IoUringTasks tasks;

    private IoUringContexts(Btf types) throws UnknownLayoutException {
        for (IoUringField field : IoUringField.values()) {
            places.put(field, types.place(field.struct(), field.path()));
        }
        ofFiles = types.function("bpf_iter_task_file");
        privateData = types.place("file", "private_data").offset();
        stream = types.place("bpf_iter_meta", "seq").offset();
        freeList = types.place("io_ring_ctx", "submit_state.free_list.next").offset();
        next = types.place("io_wq_work_node", "next").offset();
        tasks = new IoUringTasks(types);
        for (String path : List.of("sq.head", "sq.tail", "cq.head", "cq.tail", "cqes")) {
            offsets.add(types.place("io_rings", path).offset());
        }
    }

    /** Learns how this kernel lays them out. About 5 MB are read. */
    public static IoUringContexts ofKernel() throws KernelException, UnknownLayoutException {
        return new IoUringContexts(Btf.ofKernel());
    }

    /** Where the heads and tails of both rings and the completions are in the memory of a ring. */
    public List<Integer> offsets() {
        return List.copyOf(offsets);
    }

    /** That behind a descriptor of a task; nothing where no open file is. */
    public Optional<IoUringContext> of(int tid, int descriptor) throws KernelException {
        try (BpfIterator files = new BpfIterator(ofFiles, ringProgram(descriptor))) {
            ByteBuffer told = files.ofTask(tid);
            return told.hasRemaining() ? Optional.of(new IoUringContext(told, places)) : Optional.empty();
        }
    }

    /** What the kernel keeps of each of these tasks, which are there. */
    public List<IoUringTask> tasks(List<Integer> tids) throws KernelException {
        return tasks.of(tids);
    }

    // The frame holds the fields in their order, then the length of the list of free requests, the address of all, and
    // of the file.
    private BpfProgram ringProgram(int descriptor) {
        BpfProgram p = new BpfProgram();
        BpfProgram.Target end = new BpfProgram.Target();
        p.move(ITERATED, 1);
        p.load4(1, ITERATED, FD);
        p.jumpUnlessEqual(1, descriptor, end);
        p.load8(LOOKED_AT, ITERATED, FILE);
        p.jumpIfEqual(LOOKED_AT, 0, end);
        for (int slot = 0; slot < IoUringContext.SLOTS; slot++) {
            p.clear8(BpfProgram.FRAME, at(slot));
        }
        p.store8(BpfProgram.FRAME, at(IoUringContext.FILE), LOOKED_AT);
        p.load8(LOOKED_AT, LOOKED_AT, privateData);
        p.store8(BpfProgram.FRAME, at(IoUringContext.ADDRESS), LOOKED_AT);
        for (IoUringField field : IoUringField.values()) {
            read(p, field, end);
        }
        countFree(p, end);
        p.load8(1, ITERATED, META);
        p.load8(1, 1, stream);
        p.tell(at(0), Long.BYTES * IoUringContext.SLOTS);
        p.place(end);
        p.end();
        return p;
    }

    private static int at(int slot) {
        return Long.BYTES * (slot - IoUringContext.SLOTS);
    }

    private void read(BpfProgram p, IoUringField field, BpfProgram.Target end) {
        Place place = places.get(field);
        if (place == null) {
            throw new AssertionError(field);
        }
        IoUringField behind = field.behind();
        if (behind == null) {
            p.read(LOOKED_AT, place.offset(), at(field.slot()), place.bytes(), end);
            return;
        }
        BpfProgram.Target none = new BpfProgram.Target();
        p.load8(NODE, BpfProgram.FRAME, at(behind.slot()));
        p.jumpIfEqual(NODE, 0, none);
        p.read(NODE, place.offset(), at(field.slot()), place.bytes(), end);
        p.place(none);
    }

    private void countFree(BpfProgram p, BpfProgram.Target end) {
        int free = at(IoUringContext.FREE);
        BpfProgram.Target again = new BpfProgram.Target();
        BpfProgram.Target counted = new BpfProgram.Target();
        p.set(LENGTH, 0);
        p.read(LOOKED_AT, freeList, free, Long.BYTES, end);
        p.place(again);
        p.bound(end);
        p.load8(NODE, BpfProgram.FRAME, free);
        p.jumpIfEqual(NODE, 0, counted);
        p.add(LENGTH, 1);
        p.read(NODE, next, free, Long.BYTES, end);
        p.go(again);
        p.place(counted);
        p.store8(BpfProgram.FRAME, free, LENGTH);
    }
}
