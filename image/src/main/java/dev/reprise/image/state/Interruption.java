package dev.reprise.image.state;

/** What is left to do about a system call that the freeze interrupted. */
public sealed interface Interruption {
    /** Nothing is left to do: the registers say all. */
    record None() implements Interruption {}

    /**
     * The task was blocked in a call that begins again, which is what {@code registers} say; but a signal with a handler may have
     * come first: then it returns EINTR, unless it is {@code restartable} (ERESTARTSYS, not ERESTARTNOHAND) and the handler has
     * SA_RESTART.
     */
    record Call(boolean restartable) implements Interruption {}

    /**
     * The task was asleep in a call that the kernel continues by its restart block (nanosleep, clock_nanosleep, poll,
     * futex): {@code registers} are as interrupted (rax is -516, ERESTART_RESTARTBLOCK, orig_rax the call's own
     * number). {@code remainingNanos} of its time were left, or -1 when that is unknown and it starts anew.
     */
    record Sleep(int number, long remainingNanos) implements Interruption {}
}
