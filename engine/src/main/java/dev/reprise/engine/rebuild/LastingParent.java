package dev.reprise.engine.rebuild;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.PidFd;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;

/**
 * A parent for a process that asks for a signal at its parent's death: to the kernel that is the one thread that cloned
 * it, and the tracer's ends with the restore. This one stays as long as the process does.
 */
final class LastingParent {
    private LastingParent() {}

    /** {@link Spawn#child} on such a thread. */
    static int child(byte[] elf, long flags, int pid) throws KernelException {
        CompletableFuture<Integer> made = new CompletableFuture<>();
        Thread parent = new Thread(() -> spawnAndStay(elf, flags, pid, made), "parent");
        parent.setDaemon(true);
        parent.start();
        try {
            return made.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof KernelException kernel) {
                throw kernel;
            }
            throw new IllegalStateException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static void spawnAndStay(byte[] elf, long flags, int pid, CompletableFuture<Integer> made) {
        int child;
        try {
            child = Spawn.child(elf, flags, pid);
            made.complete(child);
        } catch (KernelException failure) {
            made.completeExceptionally(failure);
            return;
        }
        try (PidFd process = PidFd.open(child)) {
            process.awaitEnd();
        } catch (KernelException unknown) {
            while (true) {
                LockSupport.park();
            }
        }
    }
}
