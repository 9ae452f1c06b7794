package dev.reprise.image.state;

/**
 * What hardly any task has touched: switches of prctl(2) and arch_prctl(2), policies, filters.
 *
 * @param timeStampFaults reading the time stamp counter is an error (PR_SET_TSC)
 * @param cpuidFaults the CPUID instruction is an error (ARCH_SET_CPUID)
 * @param machineCheck how it learns of broken memory (PR_MCE_KILL): 0 as the system wants it, 1 late, 2 early
 * @param ioFlusher it helps to write memory out (PR_SET_IO_FLUSHER)
 * @param seccomp the last of its {@link SeccompFilter}s, or none
 * @param cgroups its {@link Cgroups}, or none: those that the checkpointing tool was in itself
 */
public record TaskModes(
        boolean timeStampFaults,
        boolean cpuidFaults,
        int machineCheck,
        boolean ioFlusher,
        Speculation speculation,
        MemoryPolicy memoryPolicy,
        ObjectId seccomp,
        ObjectId cgroups) {
    /** Untouched. */
    public static final TaskModes DEFAULT = new TaskModes(false, false, 0, false);

    /** Switches of prctl(2) alone. */
    public TaskModes(boolean timeStampFaults, boolean cpuidFaults, int machineCheck, boolean ioFlusher) {
        this(
                timeStampFaults,
                cpuidFaults,
                machineCheck,
                ioFlusher,
                Speculation.DEFAULT,
                MemoryPolicy.DEFAULT,
                ObjectId.NONE,
                ObjectId.NONE);
    }

    /** The same with the objects that it shares with other tasks. */
    public TaskModes with(ObjectId filter, ObjectId membership) {
        return new TaskModes(
                timeStampFaults, cpuidFaults, machineCheck, ioFlusher, speculation, memoryPolicy, filter, membership);
    }
}
