package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Machine;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessFd;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.Scheduling;
import dev.reprise.image.state.SharedMemorySegment;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.TcpConnection;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What an executable cannot carry: said when it is made. */
public final class ExecutableLook {
    private static final Set<Integer> REAL_TIME = Set.of(1, 2, 6); // SCHED_FIFO, SCHED_RR, SCHED_DEADLINE

    private ExecutableLook() {}

    /** What keeps an image from being an executable. */
    public static List<Refusal> refusals(Image image) throws KernelException {
        List<Refusal> refusals = new ArrayList<>(0);
        ProcessState process = image.processes().getFirst();
        int others = image.processes().size() - 1 + image.zombies().size();
        if (others > 0) {
            refusals.add(new Refusal(
                    "child process",
                    "process " + process.pid(),
                    "an executable holds one process, and the image has " + (others + 1),
                    "restore the image instead"));
        }
        for (SharedObject object : image.objects()) {
            if (object instanceof SharedMemorySegment segment
                    && segment.identity().namespace().equals(ObjectId.NONE)) {
                refusals.add(new Refusal(
                        "System V shared memory",
                        "segment " + segment.identity().id(),
                        "one system has one segment of an id",
                        "restore the image instead"));
            } else if (object instanceof ProcessFd file && file.pid() != 0) {
                refusals.add(new Refusal(
                        "pidfd",
                        "process " + process.pid(),
                        "it stands for an id that an executable does not have",
                        "restore the image instead"));
            } else if (object instanceof Socket socket
                    && socket.detail() instanceof TcpConnection connection
                    && connection.ending() == TcpConnection.Ending.RESET) {
                refusals.add(new Refusal(
                        "reset TCP connection",
                        "process " + process.pid(),
                        "only a tool can bring it about",
                        "restore the image instead"));
            }
        }
        for (String key : Inheritance.missing(image)) {
            refusals.add(new Refusal(
                    "open file to be inherited",
                    "process " + process.pid(),
                    "an executable takes over only 0-2, not " + key,
                    "restore the image instead"));
        }
        if (!process.modes().undos().isEmpty() && process.modes().ipcNamespace().equals(ObjectId.NONE)) {
            refusals.add(new Refusal(
                    "System V semaphores",
                    "process " + process.pid(),
                    "what is undone at its end was done once",
                    "restore the image instead"));
        }
        for (TaskState task : process.tasks()) {
            var registers = task.registers();
            if ((registers.ds() | registers.es() | registers.fs() | registers.gs()) != 0) {
                refusals.add(new Refusal(
                        "segment registers", "task " + task.tid(), "they cannot be set without a tracer", ""));
            }
        }
        return refusals;
    }

    /** What will be different, or depends on who runs it. */
    public static List<String> warnings(Image image) {
        Set<String> warnings = new LinkedHashSet<>();
        ProcessState process = image.processes().getFirst();
        if (process.sessionId() == process.pid()) {
            warnings.add("the program leads a session; executed by a shell as a job it cannot");
        }
        FsContext context = image.object(process.fsContext(), FsContext.class);
        if (!context.root().equals("/")) {
            warnings.add("its root directory " + context.root() + " takes CAP_SYS_CHROOT where it is executed");
        }
        if (!process.modes().utsNamespace().equals(ObjectId.NONE)) {
            warnings.add("its host name (uts namespace) takes CAP_SYS_ADMIN where it is executed");
        }
        if (!process.modes().ipcNamespace().equals(ObjectId.NONE)) {
            warnings.add("its ipc namespace takes CAP_SYS_ADMIN where it is executed");
        }
        for (SharedObject object : image.objects()) {
            if (object instanceof MemoryObject memory
                    && memory.kind() == MemoryObject.Kind.FILE_CONTENTS
                    && !DeletedFileRebuild.is(memory)) {
                warnings.add("what it has mapped of " + memory.name()
                        + " is its own memory where whoever executes it may not write that file");
            }
        }
        for (TaskState task : process.tasks()) {
            Scheduling scheduling = task.scheduling();
            if (scheduling.nice() < 0 || isRealTime(scheduling)) {
                warnings.add("its priority takes CAP_SYS_NICE where it is executed; without, it has its caller's");
            }
            if (task.parentDeathSignal() != 0) {
                warnings.add(
                        "signal " + task.parentDeathSignal() + " at its parent's death is for whoever executes it");
            }
        }
        Machine machine = image.machine();
        if (machine.timensMonotonicNanos() != 0 || machine.timensBoottimeNanos() != 0) {
            warnings.add("its clocks run with offsets (time namespace), which an executable does not have");
        }
        return new ArrayList<>(warnings);
    }

    private static boolean isRealTime(Scheduling scheduling) {
        return REAL_TIME.contains(scheduling.policy());
    }
}
