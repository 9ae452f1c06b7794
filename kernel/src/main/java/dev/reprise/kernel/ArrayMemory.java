package dev.reprise.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The memory of the Java heap, as far as an array reaches. The collector waits during each call, not between two. */
public final class ArrayMemory {
    /** What x86-64 maps by one entry of the second level, in bytes. */
    public static final int HUGE_PAGE = 2 << 20;

    private static final int PAGE = 4096;
    private static final MethodHandle MADVISE =
            link("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MEMSET =
            link("memset", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT, JAVA_LONG));

    private ArrayMemory() {}

    @SuppressWarnings("restricted")
    private static MethodHandle link(String name, FunctionDescriptor shape) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape, Linker.Option.critical(true));
    }

    /**
     * Gives the memory of an array of zeros back to the kernel, which has it ready again, as zeros, when it is touched, and
     * in huge pages where they fit: madvise(2), MADV_DONTNEED and MADV_HUGEPAGE.
     *
     * @throws KernelException when the array has moved meanwhile, or is shorter than a page; it is what it was
     */
    public static void giveBack(byte[] zeros) throws KernelException {
        advise(zeros, PAGE, Mman.MADV_DONTNEED);
        advise(zeros, HUGE_PAGE, Mman.MADV_HUGEPAGE);
    }

    private static void advise(byte[] array, int alignment, int advice) throws KernelException {
        MemorySegment memory = MemorySegment.ofArray(array);
        int status;
        try {
            // memset(3) of nothing tells where it is.
            long address = (long) MEMSET.invokeExact(memory, 0, 0L);
            long from = -address & (alignment - 1);
            long length = (array.length - from) / alignment * alignment;
            status = length <= 0 ? -1 : (int) MADVISE.invokeExact(memory.asSlice(from, length), length, advice);
        } catch (Throwable impossible) {
            throw new AssertionError("the downcall itself failed", impossible);
        }
        if (status != 0) {
            throw new KernelException("madvise", "an array of " + array.length + " bytes", Errno.EINVAL);
        }
    }
}
