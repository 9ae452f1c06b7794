package dev.reprise.image.state;

/**
 * Switches of prctl(2) and arch_prctl(2) that hardly any task has touched.
 *
 * @param timeStampFaults reading the time stamp counter is an error (PR_SET_TSC)
 * @param cpuidFaults the CPUID instruction is an error (ARCH_SET_CPUID)
 * @param machineCheck how it learns of broken memory (PR_MCE_KILL): 0 as the system wants it, 1 late, 2 early
 * @param ioFlusher it helps to write memory out (PR_SET_IO_FLUSHER)
 */
public record TaskModes(boolean timeStampFaults, boolean cpuidFaults, int machineCheck, boolean ioFlusher) {
    /** Untouched. */
    public static final TaskModes DEFAULT = new TaskModes(false, false, 0, false);
}
