package dev.reprise.image.state;

import java.util.List;

/**
 * One task (kernel-scheduled thread). {@code registers} are ready to be loaded: rax, rip and orig_rax are already
 * adjusted for an interrupted system call, unless {@code interruption} says that something is left to do.
 * {@code innerTids} are its ids in the pid namespaces below the image's own, the outermost of them first.
 * {@code xstate} is the NT_X86_XSTATE regset (standard XSAVE format); {@code clearChildTid} an address or 0.
 */
public record TaskState(
        int tid,
        List<Integer> innerTids,
        Bytes name,
        Registers registers,
        Bytes xstate,
        Interruption interruption,
        long signalMask,
        List<PendingSignal> pendingSignals,
        SignalStack signalStack,
        RobustList robustList,
        RseqArea rseq,
        long clearChildTid,
        Credentials credentials,
        Scheduling scheduling,
        int parentDeathSignal,
        long personality,
        TaskModes modes) {
    public TaskState {
        innerTids = List.copyOf(innerTids);
        pendingSignals = List.copyOf(pendingSignals);
    }
}
