package dev.reprise.engine.rebuild;

import dev.reprise.engine.program.Program;
import dev.reprise.engine.program.x86_64.ControlBlock;
import dev.reprise.engine.program.x86_64.ExecutableElf;
import dev.reprise.engine.program.x86_64.Interpreter;
import dev.reprise.engine.tracee.XsaveLayout;
import dev.reprise.image.state.ObjectId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;

/**
 * What a program that restores itself runs in:
 *
 * <pre>
 *   0000  interpreter; at 0ff0 the mark by which a region is known later
 *   1000  control block, one for all threads: nobody gives commands, and the tracer is dead from the beginning, so that a
 *         program that stops goes on at its "home", which reports the failure
 *   1800  LIFE word; the initial stack pointer
 *   2000  program, then the words of its failures
 * </pre>
 */
final class ExecutableRegion {
    private static final int CONTROL = 0x1000;
    private static final int LIFE = 0x1800;
    private static final int STACK = 0x1808;
    private static final int PROGRAM = 0x2000;
    private static final int MARK = 0xff0;
    /** "reprise!" and "execable". */
    private static final long[] MARKS = {0x2165736972706572L, 0x656c626163657865L};

    private static final int PAGE = 4096;

    private ExecutableRegion() {}

    /** Where the program stands in a region. */
    static long program(long region) {
        return region + PROGRAM;
    }

    /** Whether a mapping begins as a region does. */
    static boolean isOne(Contents contents, ObjectId space, long address) {
        return contents.longAt(space, address + MARK).equals(OptionalLong.of(MARKS[0]))
                && contents.longAt(space, address + MARK + Long.BYTES).equals(OptionalLong.of(MARKS[1]));
    }

    /** The word that tells which entry failed. */
    static long stoppedAt(long region) {
        return region + CONTROL + ControlBlock.STOPPED_AT;
    }

    /** The word that holds the initial stack pointer, where argc, argv and the environment are. */
    static long stack(long region) {
        return region + STACK;
    }

    /** Where the program runs, where the answer to a question is, and how registers are laid out. */
    record Place(long program, long answer, XsaveLayout layout) {}

    /** The region's bytes. */
    static byte[] of(ExecutablePlanner.Plan plan, XsaveLayout layout) {
        long base = program(plan.region());
        Program program = plan.program();
        byte[] encoded = program.encode(base);
        for (Leaving leaving : plan.leavings()) {
            leaving.fill(program, encoded, new Place(base, plan.answer(), layout));
        }
        byte[] words = plan.report().words(program, encoded, base);
        int size = (PROGRAM + encoded.length + words.length + PAGE - 1) & -PAGE;
        ByteBuffer region = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        region.put(0, Interpreter.code());
        region.putLong(MARK, MARKS[0]).putLong(MARK + Long.BYTES, MARKS[1]);
        region.putLong(CONTROL + ControlBlock.LIFE, plan.region() + LIFE);
        region.putLong(
                CONTROL + ControlBlock.HOME_PROGRAM,
                base + program.labelOffset(plan.report().start()));
        region.putInt(LIFE, ControlBlock.OWNER_DIED);
        region.put(PROGRAM, encoded).put(PROGRAM + encoded.length, words);
        region.putLong(PROGRAM + (int) program.slotOffset(plan.regionBytes()), size);
        return region.array();
    }

    /** The first page of the file in which the region stands at {@code position}. */
    static byte[] head(ExecutablePlanner.Plan plan, long bytes, long position) {
        long region = plan.region();
        return ExecutableElf.of(
                plan.head(),
                new ExecutableElf.Region(
                        region,
                        bytes,
                        position,
                        region + Interpreter.LOOP,
                        program(region),
                        region + CONTROL,
                        stack(region)));
    }
}
