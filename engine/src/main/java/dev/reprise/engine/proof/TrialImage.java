package dev.reprise.engine.proof;

import dev.reprise.image.state.EnteredNamespace;
import dev.reprise.image.state.Fanotify;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FileLock;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Inotify;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PosixQueue;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.TaskModes;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Signal;
import java.util.ArrayList;
import java.util.List;

/**
 * An image of the same programs that can be restored beside them and does nothing: all stand still, with their signals
 * blocked, take no locks, watch no files (whose events are the originals'), enter no control groups (whose limits are, too), and
 * are killed when their parent ends.
 */
final class TrialImage {
    /** All but SIGKILL and SIGSTOP. */
    private static final long ALL = ~(1L << Signal.SIGKILL - 1 | 1L << Signal.SIGSTOP - 1);

    private TrialImage() {}

    /** @throws UnprovedException when restoring it beside the original would change that */
    static Image of(Image image) throws UnprovedException {
        requireNoLease(image);
        List<SharedObject> objects = new ArrayList<>();
        for (SharedObject object : image.objects()) {
            if (!(object instanceof EnteredNamespace)) { // the proof has its own
                objects.add(object(object));
            }
        }
        List<ProcessState> processes = new ArrayList<>();
        for (ProcessState process : image.processes()) {
            processes.add(process(process, processes.isEmpty()));
        }
        return new Image(
                image.machine(), objects, processes, image.zombies(), image.outsideGroups(), image.outsideSessions());
    }

    private static void requireNoLease(Image image) throws UnprovedException {
        for (SharedObject object : image.objects()) {
            if (object instanceof FdTable table) {
                for (FileLock lock : table.locks()) {
                    if (lock.kind() == FileLock.Kind.LEASE) {
                        throw new UnprovedException(List.of("descriptor " + lock.descriptor()
                                + " has a lease on its file (F_SETLEASE), which a proof would break by opening that"));
                    }
                }
            }
        }
    }

    private static SharedObject object(SharedObject object) {
        return switch (object) {
            case FdTable table -> new FdTable(table.id(), table.descriptors(), List.of());
            case Inotify inotify -> new Inotify(inotify.id(), inotify.flags(), inotify.owner(), List.of());
            case Fanotify group ->
                new Fanotify(
                        group.id(), group.flags(), group.owner(), group.groupFlags(), group.eventFlags(), List.of());
            case PosixQueue queue -> // it may be made anew: the original's is not there
                new PosixQueue(
                        queue.id(),
                        queue.flags(),
                        queue.owner(),
                        queue.file(),
                        queue.maxMessages(),
                        queue.messageSize(),
                        queue.messages().isEmpty(),
                        queue.messages(),
                        queue.notification());
            default -> object;
        };
    }

    private static ProcessState process(ProcessState process, boolean isFirst) {
        List<TaskState> tasks = new ArrayList<>();
        for (TaskState task : process.tasks()) {
            boolean isRoot = isFirst && tasks.isEmpty();
            boolean hasEnded = process.leaderHasEnded() && tasks.isEmpty();
            tasks.add(
                    task(task, hasEnded ? task.signalMask() : ALL, isRoot ? Signal.SIGKILL : task.parentDeathSignal()));
        }
        return new ProcessState(
                process.pid(),
                process.parentPid(),
                process.groupId(),
                process.sessionId(),
                process.parentTid(),
                process.exitSignal(),
                process.leaderStatus(),
                process.addressSpace(),
                process.fdTable(),
                process.fsContext(),
                process.signalHandlers(),
                process.pendingSignals(),
                process.intervalTimers(),
                process.posixTimers(),
                process.limits(),
                process.oomScoreAdj(),
                process.childSubreaper(),
                true,
                process.modes(),
                tasks);
    }

    private static TaskState task(TaskState task, long signalMask, int parentDeathSignal) {
        TaskModes modes = task.modes();
        return new TaskState(
                task.tid(),
                task.innerTids(),
                task.name(),
                task.registers(),
                task.xstate(),
                task.interruption(),
                signalMask,
                task.pendingSignals(),
                task.signalStack(),
                task.robustList(),
                task.rseq(),
                task.clearChildTid(),
                task.credentials(),
                task.scheduling(),
                parentDeathSignal,
                task.personality(),
                modes.with(modes.seccomp(), ObjectId.NONE));
    }
}
