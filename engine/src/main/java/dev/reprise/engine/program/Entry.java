package dev.reprise.engine.program;

import java.util.List;

/**
 * One entry of a syscall program: a system call or an {@link Operation} with up to six arguments.
 *
 * <p>In memory, 64 bytes:
 *
 * <pre>
 *   0  u32 number     system call, or 0x10000 + operation
 *   4  u32 flags      bit 0-5: argument i is an address to load 8 bytes from; then STOP, EXPECT, FORK
 *   8  u64 args[6]
 *  56  u64 result     with EXPECT the wanted result before the entry runs
 * </pre>
 *
 * @param wanted the result that is required, with EXPECT
 */
record Entry(int number, int flags, List<Arg> args, long wanted) {
    static final int SIZE = 64;
    static final int ARGS = 8;
    static final int RESULT = 56;
    static final int MAX_ARGS = 6;

    /** The program stops here when the result is an error. */
    static final int STOP = 0x40;
    /** The program stops here unless the result is the wanted one. */
    static final int EXPECT = 0x80;
    /** Result 0 (the child of a clone) goes on with the next entry and writes no result; any other skips that one. */
    static final int FORK = 0x100;

    Entry {
        args = List.copyOf(args);
        if (args.size() > MAX_ARGS) {
            throw new IllegalArgumentException(args.size() + " arguments");
        }
    }
}
