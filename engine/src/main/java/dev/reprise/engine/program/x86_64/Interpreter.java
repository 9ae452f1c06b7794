package dev.reprise.engine.program.x86_64;

import static dev.reprise.engine.program.x86_64.Assembler.Condition.ABOVE_OR_EQUAL;
import static dev.reprise.engine.program.x86_64.Assembler.Condition.EQUAL;
import static dev.reprise.engine.program.x86_64.Assembler.Condition.NOT_EQUAL;
import static dev.reprise.engine.program.x86_64.Reg.R10;
import static dev.reprise.engine.program.x86_64.Reg.R13;
import static dev.reprise.engine.program.x86_64.Reg.R8;
import static dev.reprise.engine.program.x86_64.Reg.R9;
import static dev.reprise.engine.program.x86_64.Reg.RAX;
import static dev.reprise.engine.program.x86_64.Reg.RBP;
import static dev.reprise.engine.program.x86_64.Reg.RBX;
import static dev.reprise.engine.program.x86_64.Reg.RCX;
import static dev.reprise.engine.program.x86_64.Reg.RDI;
import static dev.reprise.engine.program.x86_64.Reg.RDX;
import static dev.reprise.engine.program.x86_64.Reg.RSI;
import static dev.reprise.engine.program.x86_64.Reg.RSP;

/**
 * The interpreter of syscall programs: position-independent, without stack, its state in rbx (entry) and r13 (control
 * block), so that it also runs in new threads and CLONE_VM children.
 *
 * <pre>
 * loop:    eax = [rbx], ebp = flags, rdi rsi rdx r10 r8 r9 = args, each dereferenced if its flag says so
 *          eax >= 0x10000 -> operation
 *          syscall
 * post:    FORK: rax == 0 -> next entry; else result = rax, STOP and error -> stop, else the entry after next
 *          EXPECT: result != rax -> stop            (the wanted value stood in result)
 *          result = rax;  STOP and error -> stop;  next entry
 * stop:    [r13+STOPPED_AT] = rbx; xchg [r13+DONE], current; futex(DONE, WAKE, 1)
 * park:    command != current -> current = command, rbx = [r13+PROGRAM], loop
 *          [LIFE] & OWNER_DIED -> rbx = [r13+HOME_PROGRAM], loop
 *          futex_waitv({command, LIFE}); park
 * spawned: pop rbx; loop                            (where a vforked child of ours begins)
 * </pre>
 */
public final class Interpreter {
    private static final int FUTEX = 202;
    private static final int FUTEX_WAITV = 449;
    private static final int FUTEX_WAKE = 1;
    private static final int FIRST_OPERATION = 0x10000;
    private static final int STOP = 0x40;
    private static final int EXPECT = 0x80;
    private static final int FORK = 0x100;
    private static final int ENTRY = 64;
    private static final int RESULT = 56;
    private static final int LAST_ERRNO = -4095;

    private static final Assembler ASSEMBLER = new Assembler();
    private static final byte[] CODE = assemble(ASSEMBLER);

    /** Where rbx (first entry) and r13 (control block) are set already. */
    public static final int LOOP = ASSEMBLER.offsetOf("loop");
    /** Where a thread begins that is to wait for its first command; r13 is set. */
    public static final int PARK = ASSEMBLER.offsetOf("park");
    /** Where a child begins whose stack holds the address of its first entry. */
    public static final int SPAWNED = ASSEMBLER.offsetOf("spawned");

    private Interpreter() {}

    /** The machine code. */
    public static byte[] code() {
        return CODE.clone();
    }

    private static byte[] assemble(Assembler a) {
        a.label("loop").load4(RAX, RBX, 0).load4(RBP, RBX, 4);
        Reg[] arguments = {RDI, RSI, RDX, R10, R8, R9};
        for (int i = 0; i < arguments.length; i++) {
            a.load(arguments[i], RBX, 8 + 8 * i)
                    .test4(RBP, 1 << i)
                    .jump(EQUAL, "direct" + i)
                    .load(arguments[i], arguments[i], 0)
                    .label("direct" + i);
        }
        a.compare4(RAX, FIRST_OPERATION).jump(ABOVE_OR_EQUAL, "operation").syscall();
        post(a);
        park(a);
        operations(a);
        a.label("spawned").pop(RBX).jump("loop");
        return a.assemble();
    }

    private static void post(Assembler a) {
        a.label("post").test4(RBP, FORK).jump(EQUAL, "notfork");
        a.test(RAX, RAX).jump(EQUAL, "next");
        a.store(RBX, RESULT, RAX).test4(RBP, STOP).jump(EQUAL, "forked");
        a.compare(RAX, LAST_ERRNO).jump(ABOVE_OR_EQUAL, "stop");
        a.label("forked").add(RBX, 2 * ENTRY).jump("loop");
        a.label("notfork").test4(RBP, EXPECT).jump(EQUAL, "store");
        a.compare(RAX, RBX, RESULT)
                .store(RBX, RESULT, RAX)
                .jump(NOT_EQUAL, "stop")
                .jump("next");
        a.label("store").store(RBX, RESULT, RAX).test4(RBP, STOP).jump(EQUAL, "next");
        a.compare(RAX, LAST_ERRNO).jump(ABOVE_OR_EQUAL, "stop");
        a.label("next").add(RBX, ENTRY).jump("loop");
    }

    private static void park(Assembler a) {
        a.label("stop").store(R13, ControlBlock.STOPPED_AT, RBX);
        a.load4(RAX, R13, ControlBlock.CURRENT).exchange4(R13, ControlBlock.DONE, RAX);
        a.address(RDI, R13, ControlBlock.DONE)
                .set4(RSI, FUTEX_WAKE)
                .set4(RDX, 1)
                .set4(RAX, FUTEX);
        a.syscall();
        a.label("park").load4(RAX, R13, ControlBlock.COMMAND).compare4(RAX, R13, ControlBlock.CURRENT);
        a.jump(NOT_EQUAL, "command");
        a.load(RCX, R13, ControlBlock.LIFE)
                .test4(RCX, 0, ControlBlock.OWNER_DIED)
                .jump(NOT_EQUAL, "home");
        // The value to wait for is the one just seen: a command that comes in between is not slept through.
        a.store(R13, ControlBlock.WAITERS, RAX);
        a.address(RDI, R13, ControlBlock.WAITERS)
                .set4(RSI, 2)
                .set4(RDX, 0)
                .set4(R10, 0)
                .set4(R8, 0);
        a.set4(RAX, FUTEX_WAITV).syscall().jump("park");
        a.label("command").store4(R13, ControlBlock.CURRENT, RAX).load(RBX, R13, ControlBlock.PROGRAM);
        a.jump("loop");
        a.label("home").load(RBX, R13, ControlBlock.HOME_PROGRAM).jump("loop");
    }

    // In the order of Operation, which is the order of their numbers.
    private static void operations(Assembler a) {
        String[] names = {
            "stop", "goto", "jump", "store8", "store4", "copy", "add", "and", "shift", "load4", "ifequal", "ifany",
            "ifdead", "stack", "control", "cpuid", "compare"
        };
        a.label("operation");
        for (int i = 0; i < names.length; i++) {
            a.compare4(RAX, FIRST_OPERATION + i).jump(EQUAL, names[i]);
        }
        a.plain(0xcc);
        a.label("goto").move(RBX, RDI).jump("loop");
        a.label("jump").jumpTo(RDI);
        a.label("store8").store(RDI, 0, RSI).jump("post");
        a.label("store4").store4(RDI, 0, RSI).jump("post");
        a.label("copy").move(RCX, RDX).plain(0xf3, 0xa4).jump("post");
        a.label("add").move(RAX, RDI).add(RAX, RSI).jump("post");
        a.label("and").move(RAX, RDI).and(RAX, RSI).jump("post");
        a.label("shift").move(RAX, RDI).move(RCX, RSI).shiftRightByCl(RAX).jump("post");
        a.label("load4").load4(RAX, RDI, 0).jump("post");
        a.label("ifequal")
                .compare(RDI, RSI)
                .jump(NOT_EQUAL, "next")
                .move(RBX, RDX)
                .jump("loop");
        a.label("ifany")
                .load(RAX, RDI, 0)
                .test(RAX, RSI)
                .jump(EQUAL, "next")
                .move(RBX, RDX)
                .jump("loop");
        a.label("ifdead").load(RCX, R13, ControlBlock.LIFE).test4(RCX, 0, ControlBlock.OWNER_DIED);
        a.jump(EQUAL, "next").move(RBX, RDI).jump("loop");
        a.label("stack").move(RSP, RDI).jump("post");
        a.label("control").move(R13, RDI).jump("post");
        // cpuid writes rbx, which holds the entry
        a.label("cpuid")
                .move(RAX, RDI)
                .move(RCX, RSI)
                .move(R8, RDX)
                .move(R9, RBX)
                .plain(0x0f, 0xa2);
        a.store4(R8, 0, RAX).store4(R8, 4, RBX).store4(R8, 8, RCX).store4(R8, 12, RDX);
        a.move(RBX, R9).jump("post");
        a.label("compare").move(RCX, RDX).plain(0xf3, 0xa6).set4(RAX, 0).jump(EQUAL, "post");
        a.set4(RAX, 1).jump("post");
    }
}
