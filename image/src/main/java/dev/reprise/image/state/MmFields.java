package dev.reprise.image.state;

/** The addresses of struct prctl_mm_map (PR_SET_MM_MAP). */
public record MmFields(
        long startCode,
        long endCode,
        long startData,
        long endData,
        long startBrk,
        long brk,
        long startStack,
        long argStart,
        long argEnd,
        long envStart,
        long envEnd) {}
