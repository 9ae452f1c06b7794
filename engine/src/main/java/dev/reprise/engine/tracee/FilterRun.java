package dev.reprise.engine.tracee;

import dev.reprise.kernel.Seccomp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Runs a seccomp filter as the kernel does, to know beforehand what it says to a system call. Pure.
 *
 * <p>A filter is classic BPF (struct sock_filter {u16 code; u8 jt, jf; u32 k}) over struct seccomp_data {s32 nr; u32 arch;
 * u64 instruction_pointer, args[6]}.
 */
public final class FilterRun {
    private static final int INSTRUCTION = 8;
    private static final int DATA = 64;
    private static final int MEMORY_WORDS = 16;
    private static final int AUDIT_ARCH_X86_64 = 0xc000003e;
    private static final int ARGUMENTS = 16;

    // Instruction classes and what they are made of (include/uapi/linux/bpf_common.h)
    private static final int CLASS = 7;
    private static final int LD = 0;
    private static final int LDX = 1;
    private static final int ST = 2;
    private static final int STX = 3;
    private static final int ALU = 4;
    private static final int JMP = 5;
    private static final int RET = 6;
    private static final int MODE = 0xe0;
    private static final int ABS = 0x20;
    private static final int MEM = 0x60;
    private static final int LEN = 0x80;
    private static final int OPERATION = 0xf0;
    private static final int BY_X = 8;
    private static final int TXA = 0x80;
    private static final int RETURN_A = 0x10;

    private final ByteBuffer program;
    private final ByteBuffer data = ByteBuffer.allocate(DATA).order(ByteOrder.LITTLE_ENDIAN);
    private final int[] memory = new int[MEMORY_WORDS];
    private int a;
    private int x;

    private FilterRun(byte[] program, int number, long... arguments) {
        this.program = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(0, number).putInt(4, AUDIT_ARCH_X86_64);
        for (int i = 0; i < arguments.length; i++) {
            data.putLong(ARGUMENTS + Long.BYTES * i, arguments[i]);
        }
    }

    /** What a filter says to a call: a SECCOMP_RET_* value. */
    public static int action(byte[] program, int number, long... arguments) {
        return new FilterRun(program, number, arguments).run() & Seccomp.RET_ACTION_FULL;
    }

    private int run() {
        for (int at = 0; ; at += INSTRUCTION) {
            int code = program.getShort(at) & 0xffff;
            int k = program.getInt(at + 4);
            switch (code & CLASS) {
                case LD -> a = load(code, k);
                case LDX -> x = load(code, k);
                case ST -> memory[k] = a;
                case STX -> memory[k] = x;
                case ALU -> a = compute(code & OPERATION, (code & BY_X) != 0 ? x : k);
                case JMP -> at += INSTRUCTION * jump(code, k, (code & BY_X) != 0 ? x : k, at);
                case RET -> {
                    return (code & RETURN_A) != 0 ? a : k;
                }
                default -> moved(code);
            }
        }
    }

    private void moved(int code) {
        if ((code & TXA) != 0) {
            a = x;
        } else {
            x = a;
        }
    }

    private int load(int code, int k) {
        return switch (code & MODE) {
            case ABS -> data.getInt(k);
            case MEM -> memory[k];
            case LEN -> DATA;
            default -> k;
        };
    }

    private int compute(int operation, int operand) {
        return switch (operation) {
            case 0x00 -> a + operand;
            case 0x10 -> a - operand;
            case 0x20 -> a * operand;
            case 0x30 -> operand == 0 ? 0 : Integer.divideUnsigned(a, operand);
            case 0x40 -> a | operand;
            case 0x50 -> a & operand;
            case 0x60 -> a << operand;
            case 0x70 -> a >>> operand;
            case 0x80 -> -a;
            default -> a ^ operand; // 0xa0
        };
    }

    private int jump(int code, int k, int operand, int at) {
        boolean taken = switch (code & OPERATION) {
            case 0x10 -> a == operand;
            case 0x20 -> Integer.compareUnsigned(a, operand) > 0;
            case 0x30 -> Integer.compareUnsigned(a, operand) >= 0;
            case 0x40 -> (a & operand) != 0;
            default -> true;
        };
        if ((code & OPERATION) == 0) {
            return k;
        }
        return program.get(at + (taken ? 2 : 3)) & 0xff;
    }
}
