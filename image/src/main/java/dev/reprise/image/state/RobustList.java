package dev.reprise.image.state;

/** A task's list of robust futexes (get_robust_list(2)); head 0 when there is none. */
public record RobustList(long head, long length) {}
