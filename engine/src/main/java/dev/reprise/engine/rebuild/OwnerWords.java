package dev.reprise.engine.rebuild;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Mman;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Where a program's C library and its locks remember the ids of its threads: what must be told when the ids are new.
 *
 * <ul>
 *   <li>the id that a C library keeps of each thread: glibc where the kernel clears it at the thread's end, musl at a
 *       fixed place behind the thread pointer;
 *   <li>futexes on robust lists (man 2 get_robust_list);
 *   <li>the frames of threads that wait for a lock;
 *   <li>held locks, by their shape ({@link LockShapes}).
 * </ul>
 */
final class OwnerWords {
    private static final int TID_MASK = 0x3fffffff;
    private static final int FLAGS = 0xc0000000;
    private static final int MUSL_TID = 48;
    private static final int LONGEST_LIST = 2048;
    private static final int FRAMES = 256;

    private final AddressSpace space;
    private final ProcessState process;
    private final Contents contents;
    private final Map<Long, OwnerWord> found = new LinkedHashMap<>();

    private OwnerWords(AddressSpace space, ProcessState process, Contents contents) {
        this.space = space;
        this.process = process;
        this.contents = contents;
    }

    /** All of a process. */
    static List<OwnerWord> of(AddressSpace space, ProcessState process, Contents contents) {
        OwnerWords words = new OwnerWords(space, process, contents);
        for (TaskState task : process.tasks()) {
            words.keptByLibrary(task);
            words.robust(task);
            words.waiting(task);
        }
        words.locks();
        return new ArrayList<>(words.found.values());
    }

    private void keptByLibrary(TaskState task) {
        addIfId(task.clearChildTid(), task.tid());
        long thread = task.registers().fsBase();
        if (longAt(thread).orElse(0) == thread) {
            addIfId(thread + MUSL_TID, task.tid());
        }
    }

    private void addIfId(long address, int tid) {
        if (address != 0 && intAt(address).equals(OptionalInt.of(tid))) {
            add(new OwnerWord(address, tid, 0));
        }
    }

    // struct robust_list_head { next, s64 futex_offset, list_op_pending }; the lowest bit of a pointer says PI
    private void robust(TaskState task) {
        long head = task.robustList().head();
        if (head == 0) {
            return;
        }
        long offset = longAt(head + 8).orElse(0);
        long next = longAt(head).orElse(head) & -2;
        for (int i = 0; next != head && next != 0 && i < LONGEST_LIST; i++) {
            addIfOwned(next + offset, task.tid());
            next = longAt(next).orElse(head) & -2;
        }
        long pending = longAt(head + 16).orElse(0) & -2;
        if (pending != 0) {
            addIfOwned(pending + offset, task.tid());
        }
    }

    // A thread that waits for a lock may have put aside, in the last few frames, the id that it will write there.
    private void waiting(TaskState task) {
        if (Leaving.waitsForFutex(task)) {
            long top = task.registers().rsp() & -Integer.BYTES;
            for (long at = top; at < top + FRAMES; at += Integer.BYTES) {
                addIfId(at, task.tid());
            }
        }
    }

    private void addIfOwned(long address, int tid) {
        OptionalInt word = intAt(address);
        if (word.isPresent() && (word.getAsInt() & TID_MASK) == tid) {
            add(new OwnerWord(address, tid, word.getAsInt() & FLAGS));
        }
    }

    private void locks() {
        LockShapes shapes =
                new LockShapes(process.tasks().stream().mapToInt(TaskState::tid).toArray());
        for (Vma vma : space.vmas()) {
            if ((vma.protection() & Mman.PROT_WRITE) == 0) {
                continue;
            }
            long toAddress = vma.start() - offsetIn(vma);
            for (Contents.Piece piece : contents.of(objectOf(vma))) {
                long start = piece.run().start() + toAddress;
                if (start < vma.end() && start + piece.run().bytes() > vma.start()) {
                    for (OwnerWord word : shapes.in(piece.bytes(), start)) {
                        if (word.address() >= vma.start() && word.address() < vma.end()) {
                            add(word);
                        }
                    }
                }
            }
        }
    }

    private void add(OwnerWord word) {
        found.putIfAbsent(word.address(), word);
    }

    private OptionalLong longAt(long address) {
        Vma vma = mapping(address);
        return vma == null
                ? OptionalLong.empty()
                : contents.longAt(objectOf(vma), address - vma.start() + offsetIn(vma));
    }

    private OptionalInt intAt(long address) {
        Vma vma = mapping(address);
        return vma == null ? OptionalInt.empty() : contents.intAt(objectOf(vma), address - vma.start() + offsetIn(vma));
    }

    private @org.jspecify.annotations.Nullable Vma mapping(long address) {
        for (Vma vma : space.vmas()) {
            if (vma.start() <= address && address < vma.end() && (vma.protection() & Mman.PROT_WRITE) != 0) {
                return vma;
            }
        }
        return null;
    }

    private ObjectId objectOf(Vma vma) {
        return vma.backing() instanceof Backing.SharedMemory shared ? shared.memory() : space.id();
    }

    private long offsetIn(Vma vma) {
        return vma.backing() instanceof Backing.SharedMemory ? vma.offset() : vma.start();
    }
}
