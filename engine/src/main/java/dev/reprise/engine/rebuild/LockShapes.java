package dev.reprise.engine.rebuild;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds held locks of glibc that know their owner by its thread id (sysdeps/nptl/bits, pthread_mutex_t and
 * pthread_rwlock_t of x86-64):
 *
 * <pre>
 * mutex:  0 u32 lock, count; 8 s32 owner; u32 users; 16 s32 kind; s16 spins, elision; 24 prev, next
 * rwlock: 0 u32 readers, writers, two futexes, two zeros; 24 s32 writer; s32 shared
 * </pre>
 *
 * <p>Normal and adaptive mutexes do not ask who their owner is. A shape is strict: an owner that is one of few numbers, and
 * everything around it as it must be.
 */
final class LockShapes {
    private static final int OWNER = 8;
    private static final int MUTEX_SIZE = 40;
    private static final int WRITER = 24;
    private static final int RWLOCK_SIZE = 56;
    private static final int TID_MASK = 0x3fffffff;
    private static final int FLAGS = 0xc0000000;
    private static final int RECURSIVE = 1;
    private static final int ERROR_CHECKING = 2;
    private static final int TYPE = 3;
    private static final int ROBUST = 16;
    private static final int INHERITING = 32;
    private static final int PROTECTING = 64;
    private static final int KNOWN_KINDS = 0x3f3;
    private static final int MOST = 1 << 16;
    private static final int WRITE_LOCKED = 3;

    private final int[] tids;

    LockShapes(int... tids) {
        this.tids = tids.clone();
        Arrays.sort(this.tids);
    }

    /** The words in a piece of memory at {@code address} that name their owner. */
    List<OwnerWord> in(MemorySegment bytes, long address) {
        List<OwnerWord> words = new ArrayList<>(0);
        int lowest = tids[0];
        int span = tids[tids.length - 1] - lowest;
        long size = bytes.byteSize();
        for (long at = 0; at + Long.BYTES <= size; at += Long.BYTES) {
            int owner = bytes.get(JAVA_INT_UNALIGNED, at);
            if (Integer.compareUnsigned(owner - lowest, span) <= 0 && Arrays.binarySearch(tids, owner) >= 0) {
                mutex(bytes, at - OWNER, owner, address, words);
                rwlock(bytes, at - WRITER, owner, address, words);
            }
        }
        return words;
    }

    private static void mutex(MemorySegment bytes, long at, int owner, long address, List<OwnerWord> words) {
        if (at < 0 || at + MUTEX_SIZE > bytes.byteSize()) {
            return;
        }
        int lock = bytes.get(JAVA_INT_UNALIGNED, at);
        int count = bytes.get(JAVA_INT_UNALIGNED, at + 4);
        int users = bytes.get(JAVA_INT_UNALIGNED, at + 12);
        int kind = bytes.get(JAVA_INT_UNALIGNED, at + 16);
        int type = kind & TYPE;
        boolean inLock = (kind & (ROBUST | INHERITING)) != 0;
        boolean asksOwner = inLock || type == RECURSIVE || type == ERROR_CHECKING;
        boolean held =
                inLock ? (lock & TID_MASK) == owner : (kind & PROTECTING) != 0 ? lock != 0 : lock == 1 || lock == 2;
        boolean counted = type == RECURSIVE ? count >= 1 && count < MOST : count == 0;
        // Only robust and priority-inheriting mutexes are on a list.
        boolean unlisted =
                inLock || bytes.get(JAVA_LONG_UNALIGNED, at + 24) == 0 && bytes.get(JAVA_LONG_UNALIGNED, at + 32) == 0;
        if (asksOwner && held && counted && unlisted && users >= 1 && users < MOST && (kind & ~KNOWN_KINDS) == 0) {
            words.add(new OwnerWord(address + at + OWNER, owner, 0));
            if (inLock) {
                words.add(new OwnerWord(address + at, owner, lock & FLAGS));
            }
        }
    }

    private static void rwlock(MemorySegment bytes, long at, int owner, long address, List<OwnerWord> words) {
        if (at < 0 || at + RWLOCK_SIZE > bytes.byteSize()) {
            return;
        }
        int readers = bytes.get(JAVA_INT_UNALIGNED, at);
        int shared = bytes.get(JAVA_INT_UNALIGNED, at + 28);
        boolean padded = bytes.get(JAVA_LONG_UNALIGNED, at + 16) == 0;
        boolean futexes = isFutex(bytes, at + 8) && isFutex(bytes, at + 12);
        if ((readers & WRITE_LOCKED) == WRITE_LOCKED && padded && futexes && (shared == 0 || shared == 1)) {
            words.add(new OwnerWord(address + at + WRITER, owner, 0));
        }
    }

    // 1 locked, 2 waited for
    private static boolean isFutex(MemorySegment bytes, long at) {
        return (bytes.get(JAVA_INT_UNALIGNED, at) & ~TYPE) == 0;
    }
}
