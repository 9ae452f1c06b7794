package dev.reprise.engine.program.x86_64;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The few x86-64 instructions that the interpreter needs, with labels.
 *
 * <p>Memory operands are always [base + disp32], jumps always rel32: size does not matter, one form each does.
 */
final class Assembler {
    private static final int CAPACITY = 4096;

    private final ByteBuffer code = ByteBuffer.allocate(CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
    private final Map<String, Integer> labels = new HashMap<>();
    private final List<Fixup> fixups = new ArrayList<>();

    private record Fixup(int at, String label) {}

    /** The condition codes used. */
    enum Condition {
        EQUAL(4),
        NOT_EQUAL(5),
        ABOVE_OR_EQUAL(3);

        private final int code;

        Condition(int code) {
            this.code = code;
        }
    }

    Assembler label(String name) {
        if (labels.put(name, code.position()) != null) {
            throw new IllegalStateException("label " + name + " twice");
        }
        return this;
    }

    int offsetOf(String name) {
        Integer offset = labels.get(name);
        if (offset == null) {
            throw new IllegalStateException("no label " + name);
        }
        return offset;
    }

    /** mov r64, [base+disp]. */
    Assembler load(Reg to, Reg base, int disp) {
        return memory(true, 0x8b, to, base, disp);
    }

    /** mov r32, [base+disp]. */
    Assembler load4(Reg to, Reg base, int disp) {
        return memory(false, 0x8b, to, base, disp);
    }

    /** mov [base+disp], r64. */
    Assembler store(Reg base, int disp, Reg from) {
        return memory(true, 0x89, from, base, disp);
    }

    /** mov [base+disp], r32. */
    Assembler store4(Reg base, int disp, Reg from) {
        return memory(false, 0x89, from, base, disp);
    }

    /** xchg [base+disp], r32: a store that is a full barrier. */
    Assembler exchange4(Reg base, int disp, Reg with) {
        return memory(false, 0x87, with, base, disp);
    }

    /** lea r64, [base+disp]. */
    Assembler address(Reg to, Reg base, int disp) {
        return memory(true, 0x8d, to, base, disp);
    }

    /** cmp r64, [base+disp]. */
    Assembler compare(Reg left, Reg base, int disp) {
        return memory(true, 0x3b, left, base, disp);
    }

    /** cmp r32, [base+disp]. */
    Assembler compare4(Reg left, Reg base, int disp) {
        return memory(false, 0x3b, left, base, disp);
    }

    /** test [base+disp], imm32 (four bytes). */
    Assembler test4(Reg base, int disp, int mask) {
        rex(false, 0, base.high());
        code.put((byte) 0xf7);
        operand(0, base, disp);
        code.putInt(mask);
        return this;
    }

    /** lea r64, [rip+label]. */
    Assembler addressOf(Reg to, String label) {
        rex(true, to.high(), 0);
        code.put((byte) 0x8d);
        return relative(to, label);
    }

    /** mov r64, [rip+label]. */
    Assembler loadFrom(Reg to, String label) {
        rex(true, to.high(), 0);
        code.put((byte) 0x8b);
        return relative(to, label);
    }

    /** jmp [rip+label]. */
    Assembler jumpVia(String label) {
        code.put((byte) 0xff).put((byte) 0x25);
        return fixup(label);
    }

    /** mov r64, r64. */
    Assembler move(Reg to, Reg from) {
        return registers(0x89, from, to);
    }

    /** add r64, r64. */
    Assembler add(Reg to, Reg from) {
        return registers(0x01, from, to);
    }

    /** and r64, r64. */
    Assembler and(Reg to, Reg from) {
        return registers(0x21, from, to);
    }

    /** cmp r64, r64. */
    Assembler compare(Reg left, Reg right) {
        return registers(0x39, right, left);
    }

    /** test r64, r64. */
    Assembler test(Reg left, Reg right) {
        return registers(0x85, right, left);
    }

    /** shr r64, cl. */
    Assembler shiftRightByCl(Reg reg) {
        rex(true, 0, reg.high());
        code.put((byte) 0xd3).put((byte) (0xe8 | reg.low()));
        return this;
    }

    /** mov r32, imm32 (clears the upper half). */
    Assembler set4(Reg to, int value) {
        rex(false, 0, to.high());
        code.put((byte) (0xb8 | to.low())).putInt(value);
        return this;
    }

    /** add r64, imm32. */
    Assembler add(Reg to, int value) {
        return immediate(true, 0, to, value);
    }

    /** cmp r64, imm32 (sign-extended). */
    Assembler compare(Reg left, int value) {
        return immediate(true, 7, left, value);
    }

    /** cmp r32, imm32. */
    Assembler compare4(Reg left, int value) {
        return immediate(false, 7, left, value);
    }

    /** test r32, imm32. */
    Assembler test4(Reg left, int mask) {
        rex(false, 0, left.high());
        code.put((byte) 0xf7).put((byte) (0xc0 | left.low())).putInt(mask);
        return this;
    }

    Assembler jump(String label) {
        code.put((byte) 0xe9);
        return fixup(label);
    }

    Assembler jump(Condition condition, String label) {
        code.put((byte) 0x0f).put((byte) (0x80 | condition.code));
        return fixup(label);
    }

    /** jmp r64. */
    Assembler jumpTo(Reg reg) {
        rex(false, 0, reg.high());
        code.put((byte) 0xff).put((byte) (0xe0 | reg.low()));
        return this;
    }

    Assembler pop(Reg reg) {
        rex(false, 0, reg.high());
        code.put((byte) (0x58 | reg.low()));
        return this;
    }

    /** syscall, cld, popfq, rep movsb, int3 and the like: instructions without operands. */
    Assembler plain(int... bytes) {
        for (int b : bytes) {
            code.put((byte) b);
        }
        return this;
    }

    /** Eight bytes of data. */
    Assembler word(long value) {
        code.putLong(value);
        return this;
    }

    Assembler syscall() {
        return plain(0x0f, 0x05);
    }

    /** Fills up to an offset with int3. */
    Assembler padTo(int offset) {
        while (code.position() < offset) {
            code.put((byte) 0xcc);
        }
        if (code.position() != offset) {
            throw new IllegalStateException("code of " + code.position() + " bytes does not fit in " + offset);
        }
        return this;
    }

    byte[] assemble() {
        for (Fixup fixup : fixups) {
            code.putInt(fixup.at, offsetOf(fixup.label) - (fixup.at + 4));
        }
        return Arrays.copyOf(code.array(), code.position());
    }

    private Assembler memory(boolean wide, int opcode, Reg reg, Reg base, int disp) {
        rex(wide, reg.high(), base.high());
        code.put((byte) opcode);
        operand(reg.low(), base, disp);
        return this;
    }

    private void operand(int reg, Reg base, int disp) {
        code.put((byte) (0x80 | reg << 3 | base.low()));
        if (base.low() == Reg.RSP.low()) {
            code.put((byte) 0x24); // rsp and r12 as a base need a SIB byte
        }
        code.putInt(disp);
    }

    private Assembler relative(Reg reg, String label) {
        code.put((byte) (reg.low() << 3 | 5));
        return fixup(label);
    }

    private Assembler fixup(String label) {
        fixups.add(new Fixup(code.position(), label));
        code.putInt(0);
        return this;
    }

    private Assembler registers(int opcode, Reg reg, Reg rm) {
        rex(true, reg.high(), rm.high());
        code.put((byte) opcode).put((byte) (0xc0 | reg.low() << 3 | rm.low()));
        return this;
    }

    private Assembler immediate(boolean wide, int extension, Reg reg, int value) {
        rex(wide, 0, reg.high());
        code.put((byte) 0x81).put((byte) (0xc0 | extension << 3 | reg.low())).putInt(value);
        return this;
    }

    private void rex(boolean wide, int reg, int rm) {
        int rex = 0x40 | (wide ? 8 : 0) | reg << 2 | rm;
        if (rex != 0x40) {
            code.put((byte) rex);
        }
    }
}
