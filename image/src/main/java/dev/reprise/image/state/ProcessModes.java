package dev.reprise.image.state;

import java.util.List;

/**
 * What hardly any process has touched.
 *
 * @param membarriers what it has registered for (MEMBARRIER_CMD_REGISTER_*, a mask)
 * @param denyWriteExecute PR_MDWE_* of PR_SET_MDWE
 * @param undos what becomes of System V semaphores at its end
 * @param utsNamespace its {@link UtsNamespace}, or none: that which the checkpointing tool was in itself
 * @param ipcNamespace its {@link IpcNamespace}, or none: likewise
 * @param loginUid who has logged in, as audit(7) counts it: /proc/PID/loginuid, {@link #NOBODY} mostly
 * @param stopUnheard it is stopped, and its parent has not waited for that (WUNTRACED)
 * @param autogroupNice the nice value of the group that the scheduler makes of its session; 0 where it does not lead one
 * @param memoryMerge all its memory may be merged with equal pages (PR_SET_MEMORY_MERGE)
 */
public record ProcessModes(
        int membarriers,
        int denyWriteExecute,
        boolean memoryMerge,
        List<SemaphoreUndo> undos,
        ObjectId utsNamespace,
        int loginUid,
        ObjectId ipcNamespace,
        boolean stopUnheard,
        int autogroupNice) {
    /** The {@code loginUid} of what nobody has logged in to start. */
    public static final int NOBODY = -1;

    /** Untouched. */
    public static final ProcessModes DEFAULT =
            new ProcessModes(0, 0, false, List.of(), ObjectId.NONE, NOBODY, ObjectId.NONE, false, 0);

    public ProcessModes {
        undos = List.copyOf(undos);
    }

    /** The same with what becomes of semaphores. */
    public ProcessModes with(List<SemaphoreUndo> undone) {
        return new ProcessModes(
                membarriers,
                denyWriteExecute,
                memoryMerge,
                undone,
                utsNamespace,
                loginUid,
                ipcNamespace,
                stopUnheard,
                autogroupNice);
    }

    /** The same in namespaces. */
    public ProcessModes in(ObjectId uts, ObjectId ipc) {
        return new ProcessModes(
                membarriers, denyWriteExecute, memoryMerge, undos, uts, loginUid, ipc, stopUnheard, autogroupNice);
    }

    /** The same of a login. */
    public ProcessModes of(int login) {
        return new ProcessModes(
                membarriers,
                denyWriteExecute,
                memoryMerge,
                undos,
                utsNamespace,
                login,
                ipcNamespace,
                stopUnheard,
                autogroupNice);
    }

    /** The same, stopped without its parent's knowledge. */
    public ProcessModes unheard(boolean unheard) {
        return new ProcessModes(
                membarriers,
                denyWriteExecute,
                memoryMerge,
                undos,
                utsNamespace,
                loginUid,
                ipcNamespace,
                unheard,
                autogroupNice);
    }

    /** The same with the nice value of its session. */
    public ProcessModes niced(int sessionNice) {
        return new ProcessModes(
                membarriers,
                denyWriteExecute,
                memoryMerge,
                undos,
                utsNamespace,
                loginUid,
                ipcNamespace,
                stopUnheard,
                sessionNice);
    }
}
