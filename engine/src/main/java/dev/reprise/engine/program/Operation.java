package dev.reprise.engine.program;

/** What the interpreter does itself; numbered behind all system calls. */
enum Operation {
    /** Publishes DONE and parks. */
    END(0x10000),
    /** Goes on at entry a. */
    GOTO(0x10001),
    /** Jumps to machine code at a. */
    JUMP(0x10002),
    /** Eight bytes b to address a. */
    STORE8(0x10003),
    /** Four bytes b to address a. */
    STORE4(0x10004),
    /** c bytes from address b to address a. */
    COPY(0x10005),
    /** a + b. */
    ADD(0x10006),
    /** a & b. */
    AND(0x10007),
    /** a >>> b. */
    SHIFT_RIGHT(0x10008),
    /** The four bytes at address a, without sign. */
    LOAD4(0x10009),
    /** Goes on at entry c when a equals b. */
    JUMP_IF_EQUAL(0x1000a),
    /** Goes on at entry c when the eight bytes at address a have a bit of b. */
    JUMP_IF_ANY(0x1000b),
    /** Goes on at entry a when the tracer is dead. */
    JUMP_IF_DEAD(0x1000c),
    /** The stack pointer becomes a. */
    SET_STACK_POINTER(0x1000d),
    /** The thread's control block (see SlotLayout) becomes a. */
    SET_CONTROL(0x1000e),
    /** CPUID of leaf a, subleaf b: eax, ebx, ecx, edx to address c. */
    CPUID(0x1000f),
    /** 0 when the c bytes at the addresses a and b are equal, else 1; c is not 0. */
    COMPARE(0x10010);

    static final int FIRST = 0x10000;

    private final int number;

    Operation(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static Operation of(int number) {
        for (Operation operation : values()) {
            if (operation.number == number) {
                return operation;
            }
        }
        throw new IllegalArgumentException("operation 0x" + Integer.toHexString(number));
    }
}
