package dev.reprise.engine.program.x86_64;

import static dev.reprise.engine.program.x86_64.Assembler.Condition.NOT_EQUAL;
import static dev.reprise.engine.program.x86_64.Reg.R13;
import static dev.reprise.engine.program.x86_64.Reg.RAX;
import static dev.reprise.engine.program.x86_64.Reg.RDI;
import static dev.reprise.engine.program.x86_64.Reg.RDX;
import static dev.reprise.engine.program.x86_64.Reg.RSI;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The executable that every restored process begins as: it attaches the segment and parks there.
 *
 * <pre>
 *   000  ELF header, ET_EXEC: its address is a hole of the image's map, so that nothing is in the way later
 *   040  PT_LOAD r-x, PT_GNU_STACK rw-
 *   0b0  shmat(id, segment, SHM_EXEC) == segment, else exit_group(127)
 *        r13 = control block; jmp park
 * </pre>
 */
public final class SeedElf {
    /** The name of the memory file that holds it. */
    public static final String NAME = "reprise-seed";

    private static final int HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int CODE = HEADER + 2 * PROGRAM_HEADER;
    private static final int PAGE = 4096;
    private static final int PT_LOAD = 1;
    private static final int PT_GNU_STACK = 0x6474e551;
    private static final int PF_R_X = 5;
    private static final int PF_R_W = 6;
    private static final short ET_EXEC = 2;
    private static final short EM_X86_64 = 62;
    private static final int SHMAT = 30;
    private static final int SHM_EXEC = 0100000;
    private static final int EXIT_GROUP = 231;
    private static final int FAILED = 127;

    private SeedElf() {}

    /** The address space it takes. */
    public static long size() {
        return PAGE;
    }

    /** The file: loaded at {@code load}, it parks with {@code control} at {@code park} in segment {@code id}. */
    public static byte[] of(long load, int id, long segment, long control, long park) {
        byte[] code = code(id, segment, control, park);
        ByteBuffer elf = ByteBuffer.allocate(CODE + code.length).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(0x464c457f).put(new byte[] {2, 1, 1, 0}).putLong(0);
        elf.putShort(ET_EXEC).putShort(EM_X86_64).putInt(1).putLong(load + CODE);
        elf.putLong(HEADER).putLong(0).putInt(0);
        elf.putShort((short) HEADER).putShort((short) PROGRAM_HEADER).putShort((short) 2);
        elf.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        programHeader(elf, PT_LOAD, PF_R_X, load, elf.capacity());
        // Without it the kernel makes everything readable executable.
        programHeader(elf, PT_GNU_STACK, PF_R_W, 0, 0);
        return elf.put(code).array();
    }

    private static void programHeader(ByteBuffer elf, int type, int flags, long address, long size) {
        elf.putInt(type).putInt(flags).putLong(0).putLong(address).putLong(address);
        elf.putLong(size).putLong(size).putLong(PAGE);
    }

    private static byte[] code(int id, long segment, long control, long park) {
        Assembler a = new Assembler();
        a.set4(RAX, SHMAT)
                .set4(RDI, id)
                .loadFrom(RSI, "segment")
                .set4(RDX, SHM_EXEC)
                .syscall();
        a.loadFrom(RSI, "segment").compare(RAX, RSI).jump(NOT_EQUAL, "failed");
        a.loadFrom(R13, "control").jumpVia("park");
        a.label("failed").set4(RAX, EXIT_GROUP).set4(RDI, FAILED).syscall();
        a.label("segment").word(segment);
        a.label("control").word(control);
        a.label("park").word(park);
        return a.assemble();
    }
}
