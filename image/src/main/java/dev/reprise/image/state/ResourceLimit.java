package dev.reprise.image.state;

/** One limit of getrlimit(2); -1 is unlimited. */
public record ResourceLimit(int resource, long soft, long hard) {}
