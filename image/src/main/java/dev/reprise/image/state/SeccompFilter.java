package dev.reprise.image.state;

/**
 * A filter of system calls (seccomp(2)): classic BPF, struct sock_filter of 8 bytes each; {@code previous} was installed
 * before it and is asked, too. {@code flags} are SECCOMP_FILTER_FLAG_*.
 */
public record SeccompFilter(ObjectId id, ObjectId previous, int flags, Bytes program) implements SharedObject {}
