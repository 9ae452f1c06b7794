package dev.reprise.image.state;

/** How a task is scheduled: sched_getattr(2), sched_getaffinity(2), ioprio_get(2), timer slack. */
public record Scheduling(
        int policy,
        long flags,
        int nice,
        int priority,
        long runtime,
        long deadline,
        long period,
        Bytes affinity,
        int ioPriority,
        long timerSlackNanos) {}
