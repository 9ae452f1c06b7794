package dev.reprise.image.state;

/** An armed timer of setitimer(2): 0 real, 1 virtual, 2 profiling. */
public record IntervalTimer(int which, long intervalMicros, long remainingMicros) {}
