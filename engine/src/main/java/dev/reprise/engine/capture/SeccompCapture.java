package dev.reprise.engine.capture;

import dev.reprise.engine.tracee.Freeze;
import dev.reprise.engine.tracee.Tracee;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.SeccompFilter;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The seccomp filters of frozen threads, read while all are stopped; equal ones with equal predecessors are one, as the
 * kernel itself does not tell.
 */
final class SeccompCapture {
    /** One filter. */
    record Filter(int flags, Bytes program) {}

    private record Key(ObjectId previous, Filter filter) {}

    private final Map<Tracee, List<Filter>> byThread = new HashMap<>();

    /** On the tracer thread. */
    static SeccompCapture of(List<Freeze> processes) throws KernelException {
        SeccompCapture capture = new SeccompCapture();
        for (Freeze freeze : processes) {
            if (freeze.hasFilters()) {
                for (Tracee tracee : freeze.tracees()) {
                    capture.byThread.put(tracee, read(tracee));
                }
            }
        }
        return capture;
    }

    private static List<Filter> read(Tracee tracee) throws KernelException {
        List<Filter> filters = new ArrayList<>();
        while (true) {
            Optional<byte[]> program = tracee.ptrace().seccompFilter(tracee.tid(), filters.size());
            if (program.isEmpty()) {
                return filters;
            }
            int flags = tracee.ptrace().seccompFlags(tracee.tid(), filters.size());
            filters.add(new Filter(flags, Bytes.of(program.get())));
        }
    }

    /** Each thread's, the oldest first. */
    Map<Tracee, List<Filter>> byThread() {
        return byThread;
    }

    /** The last of a thread's filters, all added to the table; none if it has none. */
    ObjectId take(Tracee tracee, ObjectTable objects) {
        ObjectId last = ObjectId.NONE;
        for (Filter filter : byThread.getOrDefault(tracee, List.of())) {
            Key key = new Key(last, filter);
            ObjectId known = objects.find(key);
            if (known.equals(ObjectId.NONE)) {
                known = objects.register(key);
                objects.add(new SeccompFilter(known, last, filter.flags(), filter.program()));
            }
            last = known;
        }
        return last;
    }
}
