package dev.reprise.image.state;

/** What is added to a semaphore when the process ends (SEM_UNDO). */
public record SemaphoreUndo(int set, int number, int adjustment) {}
