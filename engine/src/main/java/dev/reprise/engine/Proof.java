package dev.reprise.engine;

import dev.reprise.engine.capture.CancelledException;
import dev.reprise.engine.capture.CannotCapture;
import dev.reprise.engine.capture.CheckpointRun;
import dev.reprise.engine.capture.Look;
import dev.reprise.engine.model.After;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.OutsideLinks;
import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.engine.model.StandardStreams;
import dev.reprise.engine.model.Target;
import dev.reprise.engine.proof.ProofSink;
import dev.reprise.engine.proof.Trial;
import dev.reprise.engine.proof.UnprovedException;
import dev.reprise.engine.rebuild.RestoreRun;
import dev.reprise.engine.transport.Images;
import dev.reprise.kernel.Capability;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Signal;
import dev.reprise.kernel.TaskDiedException;
import dev.reprise.kernel.WaitStatus;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * That an image restores: it does, beside its original, stopped before its first instruction; then it is checkpointed again,
 * compared with itself, and killed.
 */
final class Proof {
    private static final RestoreOptions STOPPED = RestoreOptions.DEFAULT
            .inPidNamespace()
            .with(new StandardStreams(StandardStreams.NOTHING, StandardStreams.NOTHING, StandardStreams.NOTHING));
    private static final CheckpointOptions AGAIN = CheckpointOptions.DEFAULT.with(After.KILL);

    private Proof() {}

    /** Before anything is done. */
    static void requireAllowed() throws CheckpointException {
        try {
            if (Capability.isEffective(Capability.CAP_SYS_ADMIN)) {
                return;
            }
        } catch (KernelException unknown) {
            // then it is not
        }
        throw new CheckpointException(new Reason.Denied(
                "a proof restores the image in namespaces of its own, which needs CAP_SYS_ADMIN",
                "checkpoint without it; see 'reprise check'"));
    }

    /** Proves a complete image. */
    static void of(Path image, Progress progress) throws IOException {
        progress.phase("proof");
        try {
            Trial.of(() -> open(image), Proof::where, trial -> again(trial, new Wish(progress)));
        } catch (IOException | RuntimeException known) {
            throw known;
        } catch (RestoreException failure) {
            throw failure.reason() instanceof Reason.Cancelled
                    ? new CancelledException()
                    : new UnprovedException(List.of(String.valueOf(failure.getMessage())), failure);
        } catch (Exception failure) {
            throw new UnprovedException(List.of(String.valueOf(failure.getMessage())), failure);
        }
    }

    private static PageSource open(Path image) throws IOException {
        PageSource source = Images.open(image, Restore.host(), Opening.NONE);
        if (source instanceof PageSource.Streamed || !Destination.hasOtherFiles(source.image())) {
            return source;
        }
        source.close();
        return Images.openStreamed(image, Restore.host(), Opening.NONE);
    }

    private static ProofSink where(PageSource source, Callable<ProofSink> work) throws Exception {
        try (Destination destination = Destination.of(source.image(), STOPPED)) {
            return destination.at(work);
        }
    }

    /** The caller's, of whom it is known already what is done. */
    private record Wish(Progress caller) implements Progress {
        @Override
        public boolean isCancelled() {
            return caller.isCancelled();
        }
    }

    private static ProofSink again(PageSource trial, Progress progress) throws Exception {
        RestoreRun.Running running = RestoreRun.restore(trial, STOPPED, progress);
        try (ProofSink sink = new ProofSink()) {
            Target target = new Target.PidNamespaceOf(running.pid());
            List<Refusal> refusals = Look.refusals(target, OutsideLinks.NONE);
            if (!refusals.isEmpty()) {
                throw new UnprovedException(lines(refusals));
            }
            CheckpointRun.run(target, sink, AGAIN, progress);
            return sink;
        } catch (CannotCapture cannot) {
            throw new UnprovedException(lines(cannot.refusals()), cannot);
        } finally {
            end(running.child());
        }
    }

    private static List<String> lines(List<Refusal> refusals) {
        return refusals.stream().map(Refusal::toString).toList();
    }

    private static void end(int child) throws KernelException {
        Door.call(SyscallNumbers.SYS_kill, child, Signal.SIGKILL);
        try {
            WaitStatus.of(child);
        } catch (TaskDiedException reaped) {
            // a program that is itself the first process of its namespace: by its second checkpoint
        }
    }
}
