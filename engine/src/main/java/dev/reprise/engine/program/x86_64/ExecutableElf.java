package dev.reprise.engine.program.x86_64;

import static dev.reprise.engine.program.x86_64.Assembler.Condition.ABOVE_OR_EQUAL;
import static dev.reprise.engine.program.x86_64.Assembler.Condition.NOT_EQUAL;
import static dev.reprise.engine.program.x86_64.Reg.R10;
import static dev.reprise.engine.program.x86_64.Reg.R13;
import static dev.reprise.engine.program.x86_64.Reg.R14;
import static dev.reprise.engine.program.x86_64.Reg.R15;
import static dev.reprise.engine.program.x86_64.Reg.R8;
import static dev.reprise.engine.program.x86_64.Reg.R9;
import static dev.reprise.engine.program.x86_64.Reg.RAX;
import static dev.reprise.engine.program.x86_64.Reg.RBX;
import static dev.reprise.engine.program.x86_64.Reg.RDI;
import static dev.reprise.engine.program.x86_64.Reg.RDX;
import static dev.reprise.engine.program.x86_64.Reg.RSI;
import static dev.reprise.engine.program.x86_64.Reg.RSP;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The first page of an executable checkpoint: the only part that the kernel maps. It reads the region with the
 * interpreter and its program from its own file into memory of its own, so that later nothing of the file is mapped.
 *
 * <pre>
 *   000  ELF header, ET_EXEC: its address is a hole of the image's map
 *   040  PT_LOAD r-x, PT_GNU_STACK rw-
 *   0b0  fd = open(/proc/self/exe); mmap(region, rwx) ; pread(fd, region)
 *        [region+stack] = rsp; rbx = first entry; r13 = control block; jmp loop
 *        whatever fails: a line on stderr, exit_group(127)
 * </pre>
 */
public final class ExecutableElf {
    /** The bytes of the page, in the file and in memory. */
    public static final int SIZE = 4096;

    private static final int HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int CODE = HEADER + 2 * PROGRAM_HEADER;
    private static final int PT_LOAD = 1;
    private static final int PT_GNU_STACK = 0x6474e551;
    private static final int PF_R_X = 5;
    private static final int PF_R_W = 6;
    private static final short ET_EXEC = 2;
    private static final short EM_X86_64 = 62;
    private static final int WRITE = 1;
    private static final int MMAP = 9;
    private static final int PREAD = 17;
    private static final int EXIT_GROUP = 231;
    private static final int OPENAT = 257;
    private static final int AT_FDCWD = -100;
    private static final int O_CLOEXEC = 0x80000;
    private static final int READ_WRITE_EXECUTE = 7;
    private static final int PRIVATE_ANONYMOUS_NOREPLACE = 0x100022;
    private static final int LAST_ERRNO = -4095;
    private static final int STDERR = 2;
    private static final int FAILED = 127;
    private static final String FAILURE = "reprise: the program cannot be loaded from /proc/self/exe\n";

    private ExecutableElf() {}

    /**
     * Where the region is and how its program begins.
     *
     * @param address where it is mapped
     * @param bytes its length, in the file and in memory
     * @param position where it stands in the file
     * @param loop the interpreter's loop
     * @param entry the first entry
     * @param control the control block
     * @param stack where the initial stack pointer goes
     */
    public record Region(long address, long bytes, long position, long loop, long entry, long control, long stack) {}

    /** The page, loaded at {@code load}. */
    public static byte[] of(long load, Region region) {
        byte[] code = code(region);
        ByteBuffer elf = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(0x464c457f).put(new byte[] {2, 1, 1, 0}).putLong(0);
        elf.putShort(ET_EXEC).putShort(EM_X86_64).putInt(1).putLong(load + CODE);
        elf.putLong(HEADER).putLong(0).putInt(0);
        elf.putShort((short) HEADER).putShort((short) PROGRAM_HEADER).putShort((short) 2);
        elf.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        programHeader(elf, PT_LOAD, PF_R_X, load, SIZE);
        // Without it the kernel makes everything readable executable.
        programHeader(elf, PT_GNU_STACK, PF_R_W, 0, 0);
        return elf.put(code).array();
    }

    private static void programHeader(ByteBuffer elf, int type, int flags, long address, long size) {
        elf.putInt(type).putInt(flags).putLong(0).putLong(address).putLong(address);
        elf.putLong(size).putLong(size).putLong(SIZE);
    }

    private static byte[] code(Region region) {
        Assembler a = new Assembler();
        a.move(R14, RSP)
                .set4(RAX, OPENAT)
                .loadFrom(RDI, "cwd")
                .addressOf(RSI, "exe")
                .set4(RDX, O_CLOEXEC);
        a.syscall().compare(RAX, LAST_ERRNO).jump(ABOVE_OR_EQUAL, "failed").move(R15, RAX);
        a.set4(RAX, MMAP).loadFrom(RDI, "address").loadFrom(RSI, "bytes").set4(RDX, READ_WRITE_EXECUTE);
        a.set4(R10, PRIVATE_ANONYMOUS_NOREPLACE)
                .loadFrom(R8, "none")
                .set4(R9, 0)
                .syscall();
        a.loadFrom(RDI, "address").compare(RAX, RDI).jump(NOT_EQUAL, "failed");
        a.set4(RAX, PREAD).move(RSI, RDI).move(RDI, R15).loadFrom(RDX, "bytes").loadFrom(R10, "position");
        a.syscall().loadFrom(RDX, "bytes").compare(RAX, RDX).jump(NOT_EQUAL, "failed");
        a.loadFrom(RDI, "stack").store(RDI, 0, R14);
        a.loadFrom(RBX, "entry").loadFrom(R13, "control").jumpVia("loop");
        a.label("failed").set4(RAX, WRITE).set4(RDI, STDERR).addressOf(RSI, "text");
        a.set4(RDX, FAILURE.length()).syscall();
        a.set4(RAX, EXIT_GROUP).set4(RDI, FAILED).syscall();
        word(a, "cwd", AT_FDCWD);
        word(a, "none", -1);
        word(a, "address", region.address);
        word(a, "bytes", region.bytes);
        word(a, "position", region.position);
        word(a, "loop", region.loop);
        word(a, "entry", region.entry);
        word(a, "control", region.control);
        word(a, "stack", region.stack);
        a.label("exe").plain(text("/proc/self/exe\0")).label("text").plain(text(FAILURE));
        return a.assemble();
    }

    private static void word(Assembler a, String label, long value) {
        a.label(label).word(value);
    }

    private static int[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        int[] values = new int[bytes.length];
        Arrays.setAll(values, i -> bytes[i]);
        return values;
    }
}
