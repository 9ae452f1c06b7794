package dev.reprise.kernel;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/** Work that is tied to an OS thread: by what it traces, or by the namespaces that it enters. */
public final class OwnThread {
    private OwnThread() {}

    /**
     * Does {@code work} on a thread of its own, and waits for it; an exception comes out as it is. An interrupt of the caller is
     * kept for later: the work has its own way to stop early.
     */
    public static <T> T run(String name, Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        new Thread(task, name).start();
        return await(task);
    }

    /** Waits likewise for work that somebody does; an exception comes out as it is. */
    public static <T> T await(Future<T> task) throws Exception {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException again) {
                    interrupted = true;
                } catch (ExecutionException failure) {
                    if (failure.getCause() instanceof Exception cause) {
                        throw cause;
                    }
                    throw new IllegalStateException(failure.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
