package dev.reprise.engine.program.x86_64;

/**
 * The layout of a thread's control block: one page of the segment that we and the tracee share.
 *
 * <pre>
 *   000  boot stub      where the thread enters the segment
 *   020  home stub      loads the thread's own context and jumps back into its code
 *   100  context        what the home stub loads
 *   1c0  command        words for the protocol with the tracer
 *   1f0  waiters        struct futex_waitv[2]: command, LIFE
 *   240  scratch        for a call that a thread makes
 *   280  home program
 *   a00  program        a thread's own small program (larger ones lie elsewhere)
 * </pre>
 */
public final class ControlBlock {
    public static final int SIZE = 0x1000;

    public static final int BOOT = 0;
    public static final int HOME = 0x20;

    public static final int CONTEXT_RSP = 0x100;
    public static final int CONTEXT_MASK = 0x108;
    public static final int CONTEXT_FLAGS = 0x110;
    public static final int CONTEXT_RIP = 0x118;
    /** rax, rbx, rcx, rdx, rsi, rdi, rbp, r8 to r15: 15 words. */
    public static final int CONTEXT_REGISTERS = 0x120;

    /** u32, counted up by the tracer for each program it submits. */
    public static final int COMMAND = 0x1c0;
    /** u32, the command the thread is working on. */
    public static final int CURRENT = 0x1c4;
    /** u32, the last command that is done; a futex. */
    public static final int DONE = 0x1c8;
    /** Address of the entry at which the program stopped. */
    public static final int STOPPED_AT = 0x1d0;
    /** Address of the entry to start with at the next command. */
    public static final int PROGRAM = 0x1d8;
    /** Address of the home program's first entry. */
    public static final int HOME_PROGRAM = 0x1e0;
    /** Address of the LIFE word. */
    public static final int LIFE = 0x1e8;
    /** Two struct futex_waitv {u64 val, u64 uaddr, u32 flags, u32 reserved}. */
    public static final int WAITERS = 0x1f0;
    /** Address of the interpreter's loop. */
    public static final int INTERPRETER = 0x220;

    public static final int SCRATCH = 0x240;
    public static final int HOME_ENTRIES = 0x280;
    public static final int ENTRIES = 0xa00;

    /** FUTEX2_SIZE_U32, shared: the flags of a struct futex_waitv. */
    public static final int FUTEX2_SIZE_U32 = 2;
    /** FUTEX_OWNER_DIED: set by the kernel in LIFE when the tracer thread is gone. */
    public static final int OWNER_DIED = 0x40000000;
    /** FUTEX_WAITERS: makes the kernel wake somebody then. */
    public static final int WAITERS_BIT = 0x80000000;

    private ControlBlock() {}
}
