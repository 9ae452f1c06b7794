package dev.reprise.engine.tracee;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.ProcessMemory;
import dev.reprise.kernel.RemoteAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Instructions of the target's own code, found by their bytes, that make one system call go somewhere useful.
 *
 * <p>Nothing may be written into a target before its way home is mapped; so the first call of a thread that spins in
 * user code must come from code that is there already.
 */
final class Gadget {
    /**
     * {@code syscall; leave (or lea disp(%rbp),%rsp); pops; xors; ret} in the vdso: with rbp pointing to a stack of ours
     * the call "returns" to an address of our choice.
     *
     * @param syscall where the syscall instruction is
     * @param pops words taken from the stack before the return address
     * @param displacement what is added to rbp
     */
    record Pivot(long syscall, int pops, long displacement) {}

    private static final int LOOKAHEAD = 40;

    private Gadget() {}

    /** The pivot in the target's vdso, or null if its compiler made none. */
    static @Nullable Pivot pivot(int pid, List<Mapping> mappings) throws KernelException {
        for (Mapping mapping : mappings) {
            if (mapping.path().equals("[vdso]")) {
                byte[] code = read(pid, mapping.start(), mapping.bytes());
                for (int i = 0; i + LOOKAHEAD < code.length; i++) {
                    Pivot pivot = code[i] == 0x0f && code[i + 1] == 0x05 ? match(code, i, mapping.start()) : null;
                    if (pivot != null) {
                        return pivot;
                    }
                }
            }
        }
        return null;
    }

    private static @Nullable Pivot match(byte[] code, int at, long start) {
        int i = at + 2;
        int pops = 0;
        long displacement = 0;
        if ((code[i] & 0xff) == 0xc9) { // leave: rsp = rbp, pop rbp
            i++;
            pops = 1;
        } else if (code[i] == 0x48 && (code[i + 1] & 0xff) == 0x8d && code[i + 2] == 0x65) { // lea disp8(%rbp),%rsp
            displacement = code[i + 3];
            i += 4;
        } else {
            return null;
        }
        while (i + 3 < code.length) {
            int b = code[i] & 0xff;
            if (b == 0xc3) {
                return new Pivot(start + at, pops, displacement);
            } else if (b >= 0x58 && b <= 0x5f) { // pop r64
                pops++;
                i++;
            } else if (b == 0x41 && (code[i + 1] & 0xf8) == 0x58) { // pop r8-r15
                pops++;
                i += 2;
            } else if (b == 0x31 && (code[i + 1] & 0xc0) == 0xc0) { // xor r32,r32
                i += 2;
            } else if (b == 0x45 && code[i + 1] == 0x31 && (code[i + 2] & 0xc0) == 0xc0) {
                i += 3;
            } else {
                return null;
            }
        }
        return null;
    }

    static byte[] read(int pid, long from, long bytes) throws KernelException {
        try (Arena arena = Arena.ofConfined();
                ProcessMemory memory = new ProcessMemory(pid)) {
            MemorySegment buffer = arena.allocate(bytes);
            memory.read(new RemoteAddress(from), buffer);
            return buffer.toArray(JAVA_BYTE);
        }
    }
}
