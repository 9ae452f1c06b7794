package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Proc;
import java.util.List;

/**
 * How many mappings a process may have (vm.max_map_count): a checkpoint adds one for its time, and a restore, which makes
 * mappings piece by piece, some more.
 */
final class MapCountLimit {
    private static final int ROOM = 8;
    private static final int USUAL = 65530;

    private final int pid;
    private final long limit = limit();

    MapCountLimit(int pid) {
        this.pid = pid;
    }

    List<Refusal> look(List<Mapping> mappings) {
        // The kernel does not count its own page, which all processes see.
        long count = mappings.stream()
                .filter(one -> !one.path().equals("[vsyscall]"))
                .count();
        return of(pid, count, limit);
    }

    static List<Refusal> of(int pid, long count, long limit) {
        return count + ROOM <= limit
                ? List.of()
                : List.of(new Refusal(
                        count + " mappings",
                        "process " + pid,
                        "vm.max_map_count is " + limit + ", which leaves no room for the tool's own",
                        "raise it: sysctl vm.max_map_count=" + 2 * limit));
    }

    private static long limit() {
        try {
            return Long.parseLong(Proc.text("/proc/sys/vm/max_map_count").strip());
        } catch (KernelException unreadable) {
            return USUAL;
        }
    }
}
