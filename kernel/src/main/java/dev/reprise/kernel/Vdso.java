package dev.reprise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/** The kernel's own code page in our address space: all 64-bit processes of one kernel have the same. */
public final class Vdso {
    private static final int SHT_DYNSYM = 11;
    private static final int SYMBOL_BYTES = 24;
    private static final int TYPE_MASK = 0xf;
    private static final int STT_FUNC = 2;

    private Vdso() {}

    /** Where in its pages a {@code syscall} instruction stands, from their start; -1 when there is none. */
    public static int syscallInstruction() throws KernelException {
        byte[] code = code();
        for (int i = 0; i + 1 < code.length; i++) {
            if (code[i] == 0x0f && code[i + 1] == 0x05) {
                return i;
            }
        }
        return -1;
    }

    /** Its pages' contents; empty when this process has none. */
    public static byte[] code() throws KernelException {
        for (Mapping mapping : Smaps.parse(Proc.bytes("/proc/self/maps"))) {
            if (mapping.path().equals("[vdso]")) {
                return Native.at(mapping.start(), mapping.bytes()).toArray(JAVA_BYTE);
            }
        }
        return new byte[0];
    }

    /** How much of the address space the kernel's data take directly before the code. */
    public static long dataBytes() throws KernelException {
        long bytes = 0;
        for (Mapping mapping : Smaps.parse(Proc.bytes("/proc/self/maps"))) {
            bytes += mapping.path().startsWith("[vvar") ? mapping.bytes() : 0;
        }
        return bytes;
    }

    /**
     * A function that a C library looks up.
     *
     * @param offset from the start of the pages
     */
    public record Function(int offset, int bytes) {}

    /** The functions in such pages, by their names ({@code __vdso_clock_gettime}); empty where they are no ELF file. */
    public static Map<String, Function> functions(byte[] code) {
        Map<String, Function> functions = new TreeMap<>();
        MemorySegment file = MemorySegment.ofArray(code);
        try {
            addFunctions(file, functions);
        } catch (IndexOutOfBoundsException notWhatItSays) {
            functions.clear();
        }
        return functions;
    }

    // Elf64_Shdr: u32 name, type; u64 flags, addr, offset, size; u32 link, info; u64 addralign, entsize
    private static void addFunctions(MemorySegment file, Map<String, Function> functions) {
        long sections = file.get(JAVA_LONG_UNALIGNED, 40);
        int sectionBytes = file.get(JAVA_SHORT_UNALIGNED, 58);
        int count = file.get(JAVA_SHORT_UNALIGNED, 60);
        for (int i = 0; i < count; i++) {
            long at = sections + (long) i * sectionBytes;
            if (file.get(JAVA_INT_UNALIGNED, at + 4) == SHT_DYNSYM) {
                long strings = sections + (long) file.get(JAVA_INT_UNALIGNED, at + 40) * sectionBytes;
                addSymbols(
                        file,
                        file.get(JAVA_LONG_UNALIGNED, at + 24),
                        file.get(JAVA_LONG_UNALIGNED, at + 32),
                        file.get(JAVA_LONG_UNALIGNED, strings + 24),
                        functions);
            }
        }
    }

    // Elf64_Sym: u32 name; u8 info, other; u16 shndx; u64 value, size
    private static void addSymbols(
            MemorySegment file, long symbols, long bytes, long strings, Map<String, Function> functions) {
        for (long at = symbols; at < symbols + bytes; at += SYMBOL_BYTES) {
            if ((file.get(JAVA_BYTE, at + 4) & TYPE_MASK) == STT_FUNC) {
                functions.put(
                        file.getString(strings + file.get(JAVA_INT_UNALIGNED, at)),
                        new Function((int) file.get(JAVA_LONG_UNALIGNED, at + 8), (int)
                                file.get(JAVA_LONG_UNALIGNED, at + 16)));
            }
        }
    }
}
