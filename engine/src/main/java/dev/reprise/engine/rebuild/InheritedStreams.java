package dev.reprise.engine.rebuild;

/**
 * The numbers under which a seed inherits restore's own standard streams, and what else is handed over, all above the
 * image's highest descriptor.
 *
 * @param terminal what takes the place of terminals under other numbers than 0-2: one of the three that is a terminal,
 *     else /dev/tty, else /dev/null
 * @param others the first of those that are no standard streams
 */
record InheritedStreams(int in, int out, int err, int terminal, int others) {
    private static final int STREAMS = 3;

    /** The inherited descriptor that becomes {@code number}, 0 to 2; from 3 on, one of the others. */
    int at(int number) {
        return switch (number) {
            case 0 -> in;
            case 1 -> out;
            case 2 -> err;
            default -> others + number - STREAMS;
        };
    }
}
