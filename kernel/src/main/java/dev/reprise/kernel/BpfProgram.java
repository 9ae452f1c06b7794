package dev.reprise.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * A program for the kernel's own machine (Documentation/bpf/standardization/instruction-set.rst), which looks at memory of the kernel's and tells
 * what it has seen: registers 0 to 10, of which 6 to 9 survive calls and 10 is the end of a stack of 512 bytes.
 *
 * <pre>instruction: u8 code, u4 dst, u4 src, s16 offset, s32 immediate</pre>
 */
final class BpfProgram {
    static final int FRAME = 10;

    private static final int LOAD = 0x61; // LDX | MEM, and the size
    private static final int STORE = 0x63; // STX | MEM
    private static final int STORE_IMMEDIATE = 0x7a; // ST | MEM | DW
    private static final int DOUBLE_WORD = 0x18;
    private static final int MOVE = 0xb7; // ALU64 | MOV | K
    private static final int MOVE_REGISTER = 0xbf;
    private static final int ADD = 0x07; // ALU64 | ADD | K
    private static final int JUMP_ALWAYS = 0x05;
    private static final int JUMP_IF_EQUAL = 0x15; // JMP | JEQ | K
    private static final int JUMP_UNLESS_EQUAL = 0x55;
    private static final int MAY_GOTO = 0xe5; // JMP | JCOND
    private static final int CALL = 0x85;
    private static final int EXIT = 0x95;
    private static final int PROBE_READ_KERNEL = 113;
    private static final int GET_CURRENT_TASK = 35;
    private static final int SEQ_WRITE = 127;

    private final List<Long> code = new ArrayList<>();
    private final List<Jump> jumps = new ArrayList<>();

    /** A place to jump to. */
    static final class Target {
        private int at = -1;
    }

    private record Jump(int from, Target to) {}

    private void add(int operation, int to, int from, int offset, int immediate) {
        code.add(operation | (long) to << 8 | (long) from << 12 | (offset & 0xffffL) << 16 | (long) immediate << 32);
    }

    private void jump(int operation, int register, int immediate, Target target) {
        jumps.add(new Jump(code.size(), target));
        add(operation, register, 0, 0, immediate);
    }

    void place(Target target) {
        target.at = code.size();
    }

    /** {@code to} becomes the 4 bytes at an address in a register, or 8. */
    void load4(int to, int from, int offset) {
        add(LOAD, to, from, offset, 0);
    }

    void load8(int to, int from, int offset) {
        add(LOAD | DOUBLE_WORD, to, from, offset, 0);
    }

    void store8(int to, int offset, int from) {
        add(STORE | DOUBLE_WORD, to, from, offset, 0);
    }

    void clear8(int to, int offset) {
        add(STORE_IMMEDIATE, to, 0, offset, 0);
    }

    void set(int register, int value) {
        add(MOVE, register, 0, 0, value);
    }

    void move(int to, int from) {
        add(MOVE_REGISTER, to, from, 0, 0);
    }

    void add(int register, int value) {
        add(ADD, register, 0, 0, value);
    }

    void go(Target target) {
        jump(JUMP_ALWAYS, 0, 0, target);
    }

    void jumpIfEqual(int register, int value, Target target) {
        jump(JUMP_IF_EQUAL, register, value, target);
    }

    void jumpUnlessEqual(int register, int value, Target target) {
        jump(JUMP_UNLESS_EQUAL, register, value, target);
    }

    /** Bounds a loop: goes on, or, after some millions of times, to {@code target} (Linux 6.9). */
    void bound(Target target) {
        jump(MAY_GOTO, 0, 0, target);
    }

    /** Reads so many bytes as register 2 has, from the address in register 3, to that in register 1; register 0 has the result. */
    void readKernel() {
        add(CALL, 0, 0, 0, PROBE_READ_KERNEL);
    }

    /** Register 0 becomes the address of the task that runs this. */
    void currentTask() {
        add(CALL, 0, 0, 0, GET_CURRENT_TASK);
    }

    /**
     * Reads memory of the kernel's, from an address in a register plus {@code offset}, to the frame at {@code at}; goes to {@code failed} when
     * nothing is there. Registers 1 to 5 are lost.
     */
    void read(int from, int offset, int at, int bytes, Target failed) {
        move(3, from);
        add(3, offset);
        move(1, FRAME);
        add(1, at);
        set(2, bytes);
        add(CALL, 0, 0, 0, PROBE_READ_KERNEL);
        jumpUnlessEqual(0, 0, failed);
    }

    /** Tells so many bytes of the frame to who reads; register 1: the struct seq_file. */
    void tell(int at, int bytes) {
        move(2, FRAME);
        add(2, at);
        set(3, bytes);
        add(CALL, 0, 0, 0, SEQ_WRITE);
    }

    void end() {
        set(0, 0);
        add(EXIT, 0, 0, 0, 0);
    }

    /** The instructions. */
    long[] build() {
        long[] all = code.stream().mapToLong(Long::longValue).toArray();
        for (Jump jump : jumps) {
            all[jump.from] |= (jump.to.at - jump.from - 1 & 0xffffL) << 16;
        }
        return all;
    }
}
