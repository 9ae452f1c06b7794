package dev.reprise.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.model.Target;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ChildRun;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What keeps a process from being checkpointed, told without touching it. */
class LookTest {
    private static final int CLONE_NEWCGROUP = 0x02000000;
    private static final int CLONE_FS = 0x200;
    private static final int SIGCHLD = 17;

    @Test
    void anOrdinaryProcessIsFine() throws KernelException {
        assertThat(look(p -> {})).isEmpty();
    }

    @Test
    void kernelThreadsAreNamed() throws KernelException {
        assertThat(ProcessLook.look(Member.alone(2), new CgroupLook()))
                .extracting(Refusal::resource)
                .containsExactly("kernel thread");
    }

    @Test
    void theToolAndItsAncestorsAreNamed() throws KernelException {
        int self = (int) ProcessHandle.current().pid();
        assertThat(ProcessLook.look(Member.alone(self), new CgroupLook()))
                .extracting(Refusal::resource)
                .containsExactly("the tool itself");
        int parent = (int) ProcessHandle.current().parent().orElseThrow().pid();
        assertThat(ProcessLook.look(Member.alone(parent), new CgroupLook()))
                .extracting(Refusal::resource)
                .containsExactly("an ancestor of the tool");
    }

    @Test
    void aSecondNamespaceIsNamed() throws KernelException {
        assertThat(look(p -> p.call(SyscallNumbers.SYS_unshare, CLONE_NEWCGROUP)))
                .extracting(Refusal::resource)
                .containsExactly("cgroup namespace");
    }

    @Test
    void aTracerIsNamed() throws KernelException {
        assertThat(look(p -> p.call(SyscallNumbers.SYS_ptrace, 0)))
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.reason())
                        .contains("process " + ProcessHandle.current().pid()));
    }

    @Test
    void seccompFiltersAreNotInTheWay() throws KernelException {
        // One instruction: return SECCOMP_RET_ALLOW.
        List<Refusal> refusals = look(p -> {
            var instruction = p.longs(0x7fff000000000006L);
            var filter = p.longs(1, 0);
            p.store8(filter.plus(8), instruction);
            p.call(SyscallNumbers.SYS_seccomp, Arg.of(1), Arg.of(0), filter);
        });
        assertThat(refusals).isEmpty();
    }

    @Test
    void childrenAndWhatTheyShareAreNamed() throws KernelException {
        List<Refusal> refusals = look(p -> {
            var child = p.label();
            p.fork(
                    SyscallNumbers.SYS_clone,
                    child,
                    Arg.of(CLONE_FS | SIGCHLD),
                    Arg.of(0),
                    Arg.of(0),
                    Arg.of(0),
                    Arg.of(0));
            var parent = p.label();
            p.go(parent);
            p.place(child);
            p.call(SyscallNumbers.SYS_prctl, 1, 9); // dies with its parent
            p.call(SyscallNumbers.SYS_pause);
            p.place(parent);
        });
        assertThat(refusals)
                .extracting(Refusal::resource)
                .containsExactlyInAnyOrder("child process", "shared file system context");
    }

    @Test
    void shadowStacksAndTaggedAddressesAreNamed() {
        ProcStatus status = new ProcStatus(
                "Name:\tx\nTracerPid:\t0\nx86_Thread_features:\tshstk wrss \nuntag_mask:\t0x81ffffffffffffff\n");
        assertThat(TaskLook.of(status, 1))
                .extracting(Refusal::resource)
                .containsExactly("shadow stack", "tagged addresses (LAM)");
    }

    @Test
    void mountTablesAreComparedWithoutProc() {
        assertThat(MountDifference.mounts("""
                        22 28 0:21 / /proc rw,relatime - proc proc rw
                        28 1 254:0 / / rw shared:1 - ext4 /dev/root rw
                        31 28 0:30 /sub /mnt\\040a rw - tmpfs tmpfs rw
                        """)).containsExactly("/: ext4 / of 254:0", "/mnt\\040a: tmpfs /sub of 0:30");
    }

    private static List<Refusal> look(Consumer<dev.reprise.engine.program.ProgramBuilder> setUp)
            throws KernelException {
        try (ChildRun child = new ChildRun(setUp)) {
            ProcessSet set = ProcessSet.of(new Target.Only(child.pid()));
            List<Refusal> refusals = new ArrayList<>(ProcessLook.look(Member.alone(child.pid()), new CgroupLook()));
            refusals.addAll(ProcessLook.strangers(set));
            refusals.addAll(SharingLook.withOthers(set));
            return refusals;
        }
    }

    @Test
    void mappingsUpToTheLimitLeaveNoRoom() {
        assertThat(MapCountLimit.of(7, 65522, 65530)).isEmpty();
        assertThat(MapCountLimit.of(7, 65523, 65530))
                .singleElement()
                .extracting(Refusal::resource, Refusal::where)
                .containsExactly("65523 mappings", "process 7");
    }
}
