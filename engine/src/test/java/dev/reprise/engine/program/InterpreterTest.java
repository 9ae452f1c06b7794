package dev.reprise.engine.program;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pipe2;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_vfork;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.program.x86_64.ControlBlock;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Each operation of the interpreter, run in our own thread. */
class InterpreterTest {
    private static final long EBADF = -9;

    @Test
    void aCallReturnsItsResult() throws Throwable {
        AtomicReference<Step> step = new AtomicReference<>();
        try (LocalRun run = new LocalRun((p, leave) -> {
            step.set(p.call(SYS_getpid));
            p.jump(leave);
        })) {
            assertThat(run.run().result(step.get()))
                    .isEqualTo(ProcessHandle.current().pid());
        }
    }

    @Test
    void anAttemptGoesOnAfterAnError() throws Throwable {
        AtomicReference<Step> bad = new AtomicReference<>();
        AtomicReference<Step> after = new AtomicReference<>();
        try (LocalRun run = new LocalRun((p, leave) -> {
            bad.set(p.attempt(SYS_close, -1));
            after.set(p.call(SYS_getpid));
            p.jump(leave);
        })) {
            run.run();
            assertThat(run.result(bad.get())).isEqualTo(EBADF);
            assertThat(run.result(after.get())).isPositive();
        }
    }

    @Test
    void resultsAndSlotsAreArguments() throws Throwable {
        AtomicReference<Slot> target = new AtomicReference<>();
        AtomicReference<Step> read = new AtomicReference<>();
        try (LocalRun run = new LocalRun((p, leave) -> {
            Slot pair = p.space(8);
            p.call(SYS_pipe2, pair, Arg.of(0));
            Step in = p.load4(pair);
            Step out = p.load4(pair.plus(4));
            p.expect(5, SYS_write, out, p.string("hello"), Arg.of(5));
            target.set(p.space(16));
            read.set(p.call(SYS_read, in, target.get(), Arg.of(16)));
            p.call(SYS_close, in);
            p.call(SYS_close, out);
            p.jump(leave);
        })) {
            run.run();
            assertThat(run.result(read.get())).isEqualTo(5);
            assertThat(run.slot(target.get()).getString(0)).isEqualTo("hello");
        }
    }

    @Test
    void arithmeticAndStores() throws Throwable {
        AtomicReference<Step> sum = new AtomicReference<>();
        AtomicReference<Step> bits = new AtomicReference<>();
        AtomicReference<Step> shifted = new AtomicReference<>();
        AtomicReference<Slot> stored = new AtomicReference<>();
        try (LocalRun run = new LocalRun((p, leave) -> {
            sum.set(p.add(Arg.of(40), Arg.of(2)));
            bits.set(p.and(sum.get(), Arg.of(0xf)));
            shifted.set(p.shiftRight(Arg.of(-1), Arg.of(60)));
            stored.set(p.longs(-1, -1));
            p.store8(stored.get(), sum.get());
            p.store4(stored.get().plus(8), Arg.of(7));
            p.copy(stored.get().plus(12), stored.get(), Arg.of(4));
            p.jump(leave);
        })) {
            run.run();
            assertThat(run.result(sum.get())).isEqualTo(42);
            assertThat(run.result(bits.get())).isEqualTo(10);
            assertThat(run.result(shifted.get())).isEqualTo(15);
            assertThat(run.slot(stored.get()).toArray(JAVA_INT)).containsExactly(42, 0, 7, 42);
        }
    }

    @Test
    void jumpsAreTakenOnlyWhenTheirConditionHolds() throws Throwable {
        AtomicReference<Slot> trace = new AtomicReference<>();
        try (LocalRun run = new LocalRun((p, leave) -> {
            trace.set(p.longs(0, 0, 0, 0, 0));
            Slot word = p.longs(0b100);
            Label wrong = p.label();
            Label second = p.label();
            Label third = p.label();
            p.jumpIfEqual(Arg.of(1), Arg.of(2), wrong);
            p.jumpIfAny(word, Arg.of(0b11), wrong);
            p.jumpIfDead(wrong);
            p.jumpIfEqual(Arg.of(5), Arg.of(5), second);
            p.place(wrong);
            p.store8(trace.get(), Arg.of(1));
            p.place(second);
            p.jumpIfAny(word, Arg.of(0b110), third);
            p.store8(trace.get().plus(8), Arg.of(1));
            p.place(third);
            Label end = p.label();
            p.go(end);
            p.store8(trace.get().plus(16), Arg.of(1));
            p.place(end);
            p.jump(leave);
        })) {
            run.run();
            assertThat(run.slot(trace.get()).toArray(java.lang.foreign.ValueLayout.JAVA_LONG))
                    .containsOnly(0);
        }
    }

    @Test
    void aDeadTracerIsSeen() throws Throwable {
        AtomicReference<Slot> seen = new AtomicReference<>();
        try (LocalRun run = new LocalRun((p, leave) -> {
            seen.set(p.longs(0));
            Label dead = p.label();
            p.jumpIfDead(dead);
            p.jump(leave);
            p.place(dead);
            p.store8(seen.get(), Arg.of(1));
            p.jump(leave);
        })) {
            run.life().set(JAVA_INT, 0, ControlBlock.OWNER_DIED);
            run.run();
            assertThat(run.slot(seen.get()).get(JAVA_INT, 0)).isEqualTo(1);
        }
    }

    @Test
    void theChildOfAForkTakesItsOwnWay() throws Throwable {
        AtomicReference<Step> fork = new AtomicReference<>();
        AtomicReference<Slot> status = new AtomicReference<>();
        try (LocalRun run = new LocalRun((p, leave) -> {
            Label child = p.label();
            fork.set(p.fork(SYS_vfork, child));
            status.set(p.longs(-1));
            p.call(SYS_wait4, fork.get(), status.get(), Arg.of(0), Arg.of(0));
            p.jump(leave);
            p.place(child);
            p.call(SYS_exit, 7);
        })) {
            run.run();
            assertThat(run.result(fork.get())).isPositive();
            assertThat(run.slot(status.get()).get(JAVA_INT, 0)).isEqualTo(7 << 8);
        }
    }
}
