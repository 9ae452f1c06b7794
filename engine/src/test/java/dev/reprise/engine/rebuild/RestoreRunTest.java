package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_nanosleep;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.engine.model.Clock;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.engine.model.StandardStreams;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.Machine;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.WaitStatus;
import dev.reprise.kernel.x86_64.UserRegs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images written by hand, brought to life: their exit status says that they lived. */
class RestoreRunTest {
    private static final Interruption NONE = new Interruption.None();
    private static final RestoreOptions FORCE = new RestoreOptions(
            false,
            false,
            true,
            false,
            Clock.KEEP,
            StandardStreams.OWN,
            Map.of(),
            Map.of(),
            Opening.NONE,
            Optional.empty());
    private static final long[] SLEEPING = {
        UserRegs.RAX, -516, UserRegs.ORIG_RAX, SYS_nanosleep, UserRegs.RDI, HandMade.STACK, UserRegs.R12, 7
    };
    // exit_group(edi)
    private static final String EXIT = "b8e7000000 0f05";

    @TempDir
    Path directory;

    @Test
    void aProgramGoesOnUnderItsPidWithItsRegisters() throws Exception {
        int pid = HandMade.freeId();
        HandMade program = new HandMade(directory, pid).code(EXIT).task(pid, NONE, 0, UserRegs.RDI, 42);

        assertThat(restore(program)).isEqualTo(pid);
        assertThat(WaitStatus.of(pid).exitStatus()).isEqualTo(42);
    }

    @Test
    void aSleepGoesOnForTheRestOfItsTimeAndKeepsAllRegisters() throws Exception {
        int pid = HandMade.freeId();
        // nanosleep was made at 0; then: exit_group(eax + r12d)
        String code = "0f05 4401e0 89c7" + EXIT;
        // of a sleep of an hour, 300 ms were left
        long[] registers = {
            UserRegs.RAX, -516, UserRegs.ORIG_RAX, SYS_nanosleep, UserRegs.RDI, HandMade.STACK, UserRegs.R12, 7
        };
        HandMade program = new HandMade(directory, pid)
                .code(code)
                .task(pid, new Interruption.Sleep(35, 300_000_000), 2, registers);

        long start = System.nanoTime();
        restore(program);
        assertThat(WaitStatus.of(pid).exitStatus()).isEqualTo(7);
        assertThat(System.nanoTime() - start).isBetween(290_000_000L, 2_000_000_000L);
    }

    @Test
    void aPollGoesOnForTheRestOfItsTime() throws Exception {
        int pid = HandMade.freeId();
        long[] registers = {UserRegs.RAX, -516, UserRegs.ORIG_RAX, SYS_poll, UserRegs.RDX, 3_600_000, UserRegs.R12, 8};
        HandMade program = new HandMade(directory, pid)
                .code("0f05 4401e0 89c7" + EXIT)
                .task(pid, new Interruption.Sleep(SYS_poll, 200_000_000), 2, registers);

        long start = System.nanoTime();
        restore(program);
        assertThat(WaitStatus.of(pid).exitStatus()).isEqualTo(8);
        assertThat(System.nanoTime() - start).isBetween(190_000_000L, 2_000_000_000L);
    }

    @Test
    void aProgramThatWatchesItsParentOutlivesTheRestore() throws Exception {
        int pid = HandMade.freeId();
        // nanosleep for 100 ms, then exit_group(r12d)
        HandMade program = new HandMade(directory, pid)
                .code("0f05 4489e7" + EXIT)
                .parentDeathSignal(9)
                .task(pid, new Interruption.Sleep(SYS_nanosleep, 100_000_000), 2, SLEEPING);

        restore(program);
        assertThat(WaitStatus.of(pid).exitStatus()).isEqualTo(7);
    }

    @Test
    void aStoppedProgramIsLeftStopped() throws Exception {
        int pid = HandMade.freeId();
        HandMade program = new HandMade(directory, pid)
                .code(EXIT)
                .task(pid, NONE, 0, UserRegs.RDI, 42)
                .stopped();

        restore(program);
        awaitState(pid, 'T');
        Door.call(SYS_kill, pid, 18);
        assertThat(WaitStatus.of(pid).exitStatus()).isEqualTo(42);
    }

    @Test
    void aThousandThreadsComeBack() throws Exception {
        restoreThreads(1000);
    }

    // Each thread adds 1 to a counter; the leader waits in a futex for the last, then exits with the counter's low
    // bits.
    private void restoreThreads(int count) throws Exception {
        List<Integer> ids = HandMade.freeIds(count + 1);
        int pid = ids.getFirst();
        // 00: mov eax,[600000]; cmp eax,esi; jne 00; mov edi,42; mov eax,231; syscall
        // 20: lock inc dword [600000]; xor edi,edi; mov eax,60; syscall
        HandMade program = new HandMade(directory, pid)
                .code("8b042500006000 39f0 75f5 bf2a000000 b8e7000000 0f05 9090909090" + "9090"
                        + "f0ff042500006000 31ff b83c000000 0f05")
                .task(pid, NONE, 0, UserRegs.RSI, count);
        for (int i = 1; i <= count; i++) {
            program.task(ids.get(i), NONE, 0x1e);
        }
        restore(program);
        assertThat(WaitStatus.of(pid).exitStatus()).isEqualTo(42);
    }

    @Test
    void aStepThatFailsIsNamedAndNothingIsLeft() throws Exception {
        int pid = HandMade.freeId();
        HandMade program = new HandMade(directory, pid).code(EXIT).task(pid, NONE, 0);
        Path code = directory.resolve("code");
        Image image = program.image();
        Files.delete(code);

        assertThatThrownBy(() -> RestoreRun.restore(HandMade.source(image), FORCE, Progress.NONE))
                .hasMessageContaining("openat(" + code + "): ENOENT");
        assertThat(Path.of("/proc/" + pid)).doesNotExist();
    }

    // Its id must be free at once, however late orphans are reaped here: it may be wanted for another try.
    @Test
    void nothingIsLeftOfWhatWasToBeAnOrphan() throws Exception {
        for (RestoreOptions options :
                List.of(FORCE.asDetached(), FORCE.asDetached().inPidNamespace())) {
            int pid = HandMade.freeId();
            Image image =
                    new HandMade(directory, pid).code(EXIT).task(pid, NONE, 0).image();
            Files.delete(directory.resolve("code"));
            List<String> before = children();

            assertThatThrownBy(() -> RestoreRun.restore(HandMade.source(image), options, Progress.NONE))
                    .hasMessageContaining("ENOENT");
            assertThat(Door.call(SYS_kill, pid, 0)).isEqualTo(-Errno.ESRCH.code());
            assertThat(children()).isEqualTo(before);
        }
    }

    private static List<String> children() throws Exception {
        List<String> children = new ArrayList<>();
        for (int tid : Proc.numbers("/proc/self/task")) {
            try {
                String own = Proc.text("/proc/self/task/" + tid + "/children");
                children.addAll(own.isBlank() ? List.of() : List.of(own));
            } catch (KernelException gone) {
                // a thread that has ended has none
            }
        }
        return children;
    }

    @Test
    void aFileThatHasChangedIsNamed() throws Exception {
        int pid = HandMade.freeId();
        Image image = new HandMade(directory, pid).code(EXIT).task(pid, NONE, 0).image();
        Path code = directory.resolve("code");
        Files.write(code, new byte[1]);

        assertThatThrownBy(() -> RestoreRun.restore(HandMade.source(image), RestoreOptions.DEFAULT, Progress.NONE))
                .hasMessageContaining(code + " (executable) has changed")
                .hasMessageContaining("--force");
    }

    @Test
    void anIdInUseIsNamed() throws Exception {
        int pid = (int) ProcessHandle.current().pid();
        HandMade program = new HandMade(directory, pid).code(EXIT).task(pid, NONE, 0);

        assertThatThrownBy(() -> restore(program)).hasMessageContaining(String.valueOf(pid));
    }

    @Test
    void aProgramInANewPidNamespaceHasItsIdThereAndItsStatusComesThrough() throws Exception {
        int taken = (int) ProcessHandle.current().pid();
        // exit_group(getpid() == esi ? 42 : 1), below a first process that is none of its own
        HandMade program = new HandMade(directory, taken)
                .code("b827000000 0f05 bf01000000 39f0 7505 bf2a000000" + EXIT)
                .task(taken, NONE, 0, UserRegs.RSI, taken);

        RestoreRun.Running running = inNamespace(program);
        assertThat(running.pid()).isNotEqualTo(taken);
        assertThat(WaitStatus.of(running.child()).exitStatus()).isEqualTo(42);
    }

    @Test
    void theFirstProcessOfANamespaceSendsSignalsOnAndEndsLikeTheProgram() throws Exception {
        // pause()
        HandMade program = new HandMade(directory, 77)
                .code("b822000000 0f05 ebf7")
                .task(77, NONE, 0)
                .task(78, NONE, 0);

        RestoreRun.Running running = inNamespace(program);
        assertThat(Proc.numbers("/proc/" + running.pid() + "/task")).hasSize(2);
        Door.call(SYS_kill, running.child(), 15);
        assertThat(WaitStatus.of(running.child()).exitStatus()).isEqualTo(128 + 15);
    }

    @Test
    void aProgramThatIsTheFirstOfItsNamespaceIsSoAgain() throws Exception {
        HandMade program = new HandMade(directory, 1).code(EXIT).task(1, NONE, 0, UserRegs.RDI, 42);

        RestoreRun.Running running = inNamespace(program);
        assertThat(running.child()).isEqualTo(running.pid());
        assertThat(WaitStatus.of(running.child()).exitStatus()).isEqualTo(42);
    }

    @Test
    void aDetachedProgramIsLeftToItsReaper() throws Exception {
        int pid = HandMade.freeId();
        // pause()
        HandMade program =
                new HandMade(directory, pid).code("b822000000 0f05 ebf7").task(pid, NONE, 0);

        RestoreRun.restore(HandMade.source(program.image()), RestoreOptions.DEFAULT.asDetached(), Progress.NONE);
        assertThat(ProcStat.of(pid).parent())
                .isNotEqualTo((int) ProcessHandle.current().pid());
        assertThat(ProcStat.of(pid).session()).isEqualTo(pid);
        Door.call(SYS_kill, pid, 9);
    }

    private static RestoreRun.Running inNamespace(HandMade program) throws Exception {
        return RestoreRun.restore(
                HandMade.source(program.image()), RestoreOptions.DEFAULT.inPidNamespace(), Progress.NONE);
    }

    private static void awaitState(int pid, char wanted) throws Exception {
        while (true) {
            String stat = Proc.text("/proc/" + pid + "/stat");
            if (stat.charAt(stat.lastIndexOf(')') + 2) == wanted) {
                return;
            }
        }
    }

    @Test
    void theClocksGoOnWhereTheyWereOnAnotherBoot() throws Exception {
        assertThat(secondsSinceTheCheckpoint()).isBetween(0, 60);
    }

    private int secondsSinceTheCheckpoint() throws Exception {
        int pid = HandMade.freeId();
        // clock_gettime(CLOCK_MONOTONIC, stack); edi = its seconds less those of the image
        String code = "b8e4000000 bf01000000 be00006000 0f05 8b042500006000 2d80f40300 89c7" + EXIT;
        Image image = onAnotherBoot(
                new HandMade(directory, pid).code(code).task(pid, NONE, 0).image());
        RestoreRun.restore(HandMade.source(image), RestoreOptions.DEFAULT, Progress.NONE);
        return WaitStatus.of(pid).exitStatus();
    }

    private static Image onAnotherBoot(Image image) {
        long day = 86_400_000_000_000L;
        Machine m = image.machine();
        Machine other = new Machine(
                m.architecture(),
                m.pageSize(),
                m.kernelRelease(),
                m.xcr0(),
                m.vdso(),
                "another boot",
                3 * day,
                4 * day,
                0,
                0,
                0);
        return new Image(other, image.objects(), image.processes());
    }

    private static int restore(HandMade program) throws Exception {
        return RestoreRun.restore(HandMade.source(program.image()), RestoreOptions.DEFAULT, Progress.NONE)
                .pid();
    }
}
