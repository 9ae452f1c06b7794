package dev.reprise.engine.model;

/** How many threads work on one image's stream at once: on its pages, and in each filter that it goes through. */
public final class Lanes {
    /** The most there may be: each takes some MiB. */
    public static final int MOST = 8;

    private static final int MOST_UNASKED = 4;

    private Lanes() {}

    /** As many as there are processors, four at most. */
    public static int byCores() {
        return Math.min(MOST_UNASKED, Runtime.getRuntime().availableProcessors());
    }

    static int require(int lanes) {
        if (lanes < 1 || lanes > MOST) {
            throw new IllegalArgumentException(lanes + " lanes");
        }
        return lanes;
    }
}
