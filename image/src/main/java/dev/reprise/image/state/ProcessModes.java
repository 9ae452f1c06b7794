package dev.reprise.image.state;

/**
 * What hardly any process has touched.
 *
 * @param membarriers what it has registered for (MEMBARRIER_CMD_REGISTER_*, a mask)
 * @param denyWriteExecute PR_MDWE_* of PR_SET_MDWE
 * @param memoryMerge all its memory may be merged with equal pages (PR_SET_MEMORY_MERGE)
 */
public record ProcessModes(int membarriers, int denyWriteExecute, boolean memoryMerge) {
    /** Untouched. */
    public static final ProcessModes DEFAULT = new ProcessModes(0, 0, false);
}
