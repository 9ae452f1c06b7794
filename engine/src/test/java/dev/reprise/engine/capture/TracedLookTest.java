package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioperm;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ptrace;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.program.ChildRun;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.tracee.Freeze;
import dev.reprise.engine.tracee.Tracer;
import dev.reprise.kernel.Door;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TracedLookTest {
    private static final int PTRACE_POKEUSR = 6;
    private static final int DEBUG_ADDRESS = 848;
    private static final int DEBUG_CONTROL = 904;

    @Test
    void anOrdinaryThreadIsFine() throws Exception {
        assertThat(look(p -> {}, 0)).isEmpty();
    }

    @Test
    void dispatchedSystemCallsAreNamed() throws Exception {
        // PR_SET_SYSCALL_USER_DISPATCH, on, with all addresses exempt
        assertThat(look(p -> p.call(SYS_prctl, 59, 1, 0, 0x7fffffffffffL, 0), 0))
                .extracting(Refusal::resource)
                .containsExactly("syscall user dispatch");
    }

    @Test
    void portsAreNamed() throws Exception {
        assumeTrue(Door.call(SYS_ioperm, 0x80, 0, 0) == 0, "CAP_SYS_RAWIO");
        assertThat(look(p -> p.call(SYS_ioperm, 0x80, 1, 1), 0))
                .extracting(Refusal::resource)
                .containsExactly("I/O ports (ioperm)");
    }

    @Test
    void breakpointsAreNamed() throws Exception {
        assertThat(look(p -> {}, 1)).extracting(Refusal::resource).containsExactly("debug registers");
    }

    private static List<Refusal> look(Consumer<ProgramBuilder> setUp, long debugControl) throws Exception {
        try (ChildRun child = new ChildRun(setUp)) {
            return Tracer.run(tracer -> {
                Freeze freeze = new Freeze(tracer, child.pid());
                freeze.freeze();
                try {
                    Door.call(SYS_ptrace, PTRACE_POKEUSR, child.pid(), DEBUG_ADDRESS, 0x10000);
                    Door.call(SYS_ptrace, PTRACE_POKEUSR, child.pid(), DEBUG_CONTROL, debugControl);
                    return TracedLook.look(freeze.tracees());
                } finally {
                    Door.call(SYS_ptrace, PTRACE_POKEUSR, child.pid(), DEBUG_CONTROL, 0);
                    freeze.thaw();
                }
            });
        }
    }
}
