package dev.reprise.acceptance;

import dev.reprise.engine.MemoryStore;
import dev.reprise.engine.model.After;
import dev.reprise.engine.model.CheckpointOptions;
import dev.reprise.engine.model.CopyOnWrite;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What is done to a program again and again; afterwards it runs under its old ids. */
enum SoakMode {
    COPY_ON_WRITE,
    STOP_AND_COPY,
    PIPE,
    STOP,
    MEMORY,
    KILL,
    TWICE_IN_PID_NAMESPACES;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final CheckpointOptions OPTIONS = CheckpointOptions.DEFAULT.withoutSync();

    /** Does it; the image is gone afterwards. */
    void run(SoakProgram program, Path image) throws IOException, InterruptedException, KernelException {
        int pid = program.pid();
        switch (this) {
            case COPY_ON_WRITE -> Library.copyOnWrite(pid, image);
            case STOP_AND_COPY -> Library.checkpoint(pid, image, OPTIONS.with(CopyOnWrite.NEVER));
            case PIPE -> Library.copyOnWriteToStream(pid, image);
            case STOP -> {
                Library.checkpoint(pid, image, After.STOP);
                Tasks.family(pid).forEach(one -> Tasks.kill(one, Tasks.SIGCONT));
            }
            case MEMORY -> inMemory(pid);
            case KILL -> killAndRestore(pid, image);
            case TWICE_IN_PID_NAMESPACES -> {
                if (program.mayBeTwice()) {
                    Library.checkpoint(pid, image, After.RUN_ON);
                    List<Integer> clones = List.of(clone(image), clone(image));
                    for (int clone : clones) {
                        end(clone);
                    }
                }
            }
        }
        Files.deleteIfExists(image);
    }

    private static void inMemory(int pid) throws IOException, InterruptedException {
        MemoryStore store = MemoryStore.ofUser();
        store.prepare();
        Path image = store.path("soak-of-" + ProcessHandle.current().pid());
        try {
            killAndRestore(pid, image);
        } finally {
            Files.deleteIfExists(image);
        }
    }

    private static void killAndRestore(int pid, Path image) throws IOException, InterruptedException {
        List<Integer> family = Tasks.family(pid);
        Set<Integer> sessions = Tasks.sessions(family);
        Library.checkpoint(pid, image, After.KILL);
        Tasks.awaitEnd(family, PATIENCE);
        Tasks.reap(sessions);
        Library.restore(image, RestoreOptions.DEFAULT.asDetached());
    }

    private static int clone(Path image) {
        return Library.restore(image, RestoreOptions.DEFAULT.asDetached().inPidNamespace());
    }

    // Its parent is the first process of its namespace.
    private static void end(int clone) throws InterruptedException, KernelException {
        int init = ProcStat.of(clone).parent();
        Tasks.family(clone).forEach(one -> Tasks.kill(one, Tasks.SIGKILL));
        Tasks.awaitEnd(init, PATIENCE);
    }
}
