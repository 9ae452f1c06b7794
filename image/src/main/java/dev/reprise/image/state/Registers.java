package dev.reprise.image.state;

/** The general registers of an x86-64 task, in the order of the kernel's user_regs_struct (asm/user_64.h). */
public record Registers(
        long r15,
        long r14,
        long r13,
        long r12,
        long rbp,
        long rbx,
        long r11,
        long r10,
        long r9,
        long r8,
        long rax,
        long rcx,
        long rdx,
        long rsi,
        long rdi,
        long origRax,
        long rip,
        long cs,
        long eflags,
        long rsp,
        long ss,
        long fsBase,
        long gsBase,
        long ds,
        long es,
        long fs,
        long gs) {
    /** The number of 64-bit words. */
    public static final int WORDS = 27;

    /** From the words of the kernel's struct, in its order. */
    public static Registers of(long... w) {
        if (w.length != WORDS) {
            throw new IllegalArgumentException(w.length + " words");
        }
        return new Registers(
                w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], w[10], w[11], w[12], w[13], w[14], w[15],
                w[16], w[17], w[18], w[19], w[20], w[21], w[22], w[23], w[24], w[25], w[26]);
    }

    /** The words of the kernel's struct, in its order. */
    public long[] words() {
        return new long[] {
            r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, origRax, rip, cs, eflags, rsp, ss,
            fsBase, gsBase, ds, es, fs, gs
        };
    }
}
