package dev.reprise.bench;

import dev.reprise.engine.model.Progress;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * How long each phase of an operation takes, as a sample named {@code OPERATION.PHASE_ms}, and for how much of that its
 * thread had a CPU, as {@code OPERATION.PHASE_cpu_ms}: on a busy machine the two differ.
 */
final class Phases implements Progress {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final String operation;
    private final Samples samples;
    private String phase = "begin";
    private long since = System.nanoTime();
    private Thread thread = Thread.currentThread();
    private long cpuSince = cpu();

    Phases(String operation, Samples samples) {
        this.operation = operation;
        this.samples = samples;
    }

    @Override
    public void phase(String name) {
        long now = System.nanoTime();
        samples.add(operation + "." + phase + "_ms", (now - since) / 1e6);
        if (thread == Thread.currentThread()) {
            samples.add(operation + "." + phase + "_cpu_ms", (cpu() - cpuSince) / 1e6);
        }
        thread = Thread.currentThread();
        cpuSince = cpu();
        phase = name;
        since = now;
    }

    private static long cpu() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** The operation has returned. */
    void end() {
        phase("");
    }
}
