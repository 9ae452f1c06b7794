package dev.reprise.engine.model;

import java.util.Map;

/**
 * What becomes of open files that lead out of what is saved: by default those among 0-2 become restore's own, and all others
 * are refused by name.
 *
 * @param tcp what becomes of TCP connections that {@code fates} does not name
 * @param fates by key: what /proc/PID/fd shows ({@code pipe:[1234]}, {@code socket:[1234]}, a path), or {@code PID/NUMBER}, a
 *     descriptor of any of the processes, or {@code memory:[1234]}, mapped memory (which cannot be inherited)
 */
public record OutsideLinks(OutsideTcp tcp, Map<String, Fate> fates) {
    /** Nothing is settled. */
    public static final OutsideLinks NONE = new OutsideLinks(OutsideTcp.REFUSE, Map.of());

    /** What becomes of one open file. */
    public enum Fate {
        /** Whoever restores hands an open file over in its place; see {@link RestoreOptions#inherited}. Of any kind. */
        INHERIT,
        /**
         * The restored program has its own, as if all others had closed theirs: the end of file behind what is in a pipe, a
         * reset TCP connection, a copy of a shared memfd.
         */
        CUT,
        /** There is no checkpoint, whatever is said of others. */
        REFUSE
    }

    public OutsideLinks {
        fates = Map.copyOf(fates);
    }

    /** The same with another fate of TCP connections. */
    public OutsideLinks with(OutsideTcp tcp) {
        return new OutsideLinks(tcp, fates);
    }
}
