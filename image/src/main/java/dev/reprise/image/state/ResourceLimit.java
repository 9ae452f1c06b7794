package dev.reprise.image.state;

/** One limit of getrlimit(2); -1 is unlimited. */
public record ResourceLimit(int resource, long soft, long hard) {
    private static final int RESOURCES = 16;

    public ResourceLimit {
        if (resource < 0 || resource >= RESOURCES) {
            throw new IllegalArgumentException("resource " + resource);
        }
    }
}
