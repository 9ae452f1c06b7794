package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The little that a checkpoint asks of an ELF file: its build id. */
public final class ElfFile {
    private static final int HEAD = 4096;
    private static final int MAGIC = 0x464c457f;
    private static final int CLASS_64 = 2;
    private static final int PT_NOTE = 4;
    private static final int NT_GNU_BUILD_ID = 3;
    private static final int GNU = 0x00554e47;
    private static final int NOTES_LIMIT = 1 << 16;

    private ElfFile() {}

    /**
     * A build id and where it stands in its file.
     *
     * @param text in hexadecimal; empty where there is none
     */
    public record BuildId(String text, long position) {
        private static final BuildId NONE = new BuildId("", 0);
    }

    /** The build id of an ELF file in hexadecimal; empty for other files and where there is none. */
    public static String buildId(Fd file) throws KernelException {
        return findBuildId(file).text;
    }

    /** The build id of an ELF file, with its place. */
    public static BuildId findBuildId(Fd file) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment head = arena.allocate(HEAD);
            long length = read(file, head, 0);
            if (length < 64 || head.get(JAVA_INT_UNALIGNED, 0) != MAGIC || head.get(JAVA_BYTE, 4) != CLASS_64) {
                return BuildId.NONE;
            }
            long table = head.get(JAVA_LONG_UNALIGNED, 32);
            int entrySize = head.get(JAVA_SHORT_UNALIGNED, 54);
            int entries = head.get(JAVA_SHORT_UNALIGNED, 56);
            for (int i = 0; i < entries; i++) {
                long at = table + (long) i * entrySize;
                if (at < 0 || at + 56 > length) {
                    break;
                }
                if (head.get(JAVA_INT_UNALIGNED, at) == PT_NOTE) {
                    BuildId id = inNotes(
                            file, arena, head.get(JAVA_LONG_UNALIGNED, at + 8), head.get(JAVA_LONG_UNALIGNED, at + 32));
                    if (!id.text.isEmpty()) {
                        return id;
                    }
                }
            }
            return BuildId.NONE;
        }
    }

    // struct elf64_note: u32 name size, descriptor size, type; name and descriptor padded to 4
    private static BuildId inNotes(Fd file, Arena arena, long offset, long size) throws KernelException {
        MemorySegment notes = arena.allocate(Math.clamp(size, 0, NOTES_LIMIT) + 16);
        long length = read(file, notes.asSlice(0, notes.byteSize() - 16), offset);
        long at = 0;
        while (at + 16 <= length) {
            long nameSize = Integer.toUnsignedLong(notes.get(JAVA_INT_UNALIGNED, at));
            long idSize = Integer.toUnsignedLong(notes.get(JAVA_INT_UNALIGNED, at + 4));
            long id = at + 12 + (nameSize + 3 & ~3L);
            boolean gnu = nameSize == 4 && notes.get(JAVA_INT_UNALIGNED, at + 12) == GNU;
            if (gnu && notes.get(JAVA_INT_UNALIGNED, at + 8) == NT_GNU_BUILD_ID && id + idSize <= length) {
                return new BuildId(hex(notes.asSlice(id, idSize)), offset + id);
            }
            at = id + (idSize + 3 & ~3L);
        }
        return BuildId.NONE;
    }

    private static long read(Fd file, MemorySegment into, long offset) throws KernelException {
        return Door.require(
                Door.call(SYS_pread64, file.number(), into.address(), into.byteSize(), offset), "pread", "ELF file");
    }

    private static String hex(MemorySegment bytes) {
        StringBuilder text = new StringBuilder();
        for (long i = 0; i < bytes.byteSize(); i++) {
            int b = bytes.get(JAVA_BYTE, i) & 0xff;
            text.append(Character.forDigit(b >> 4, 16)).append(Character.forDigit(b & 15, 16));
        }
        return text.toString();
    }
}
