package dev.reprise.image.state;

/** An alternate signal stack (stack_t of sigaltstack(2)). */
public record SignalStack(long address, int flags, long size) {}
