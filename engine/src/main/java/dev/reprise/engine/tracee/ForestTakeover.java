package dev.reprise.engine.tracee;

import dev.reprise.kernel.IpcResidence;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.TaskDiedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The frozen processes of a set with our segments in them: one for each address space. */
public final class ForestTakeover implements AutoCloseable {
    private final List<Takeover> all = new ArrayList<>();
    private final Map<Integer, Takeover> byPid = new HashMap<>();
    private final IpcResidences residences = new IpcResidences();

    private ForestTakeover() {}

    /** Lays everything out; no process is touched yet. {@code spaces}: the processes of each address space. */
    public static ForestTakeover prepare(Tracer tracer, List<List<Freeze>> spaces) throws KernelException {
        ForestTakeover forest = new ForestTakeover();
        Restorers restorers = new Restorers();
        try {
            for (List<Freeze> sharers : spaces) {
                for (Freeze sharer : sharers) {
                    forest.residences.of(sharer.leader().tid());
                }
            }
            // What dead tools have left in a namespace of the program's would become part of the image.
            for (IpcResidence foreign : forest.residences.foreign()) {
                try (IpcResidence.Stay _ = foreign.enter()) {
                    SegmentSweep.run();
                }
            }
            for (List<Freeze> sharers : spaces) {
                IpcResidence residence =
                        forest.residences.of(sharers.getFirst().leader().tid());
                List<Takeover> takeovers = Takeover.prepare(tracer, residence, sharers, restorers);
                forest.all.addAll(takeovers);
                for (int i = 0; i < sharers.size(); i++) {
                    forest.byPid.put(sharers.get(i).pid(), takeovers.get(i));
                }
            }
            return forest;
        } catch (KernelException failure) {
            forest.close();
            throw failure;
        }
    }

    /** That of one process. */
    public Takeover of(int pid) {
        Takeover takeover = byPid.get(pid);
        if (takeover == null) {
            throw new IllegalArgumentException("process " + pid + " is not taken over");
        }
        return takeover;
    }

    /** The IPC namespaces in which they are. */
    public IpcResidences residences() {
        return residences;
    }

    /** The System V ids of our segments in one of them. */
    public Set<Integer> segments(IpcResidence residence) {
        Set<Integer> ids = new HashSet<>();
        for (Takeover takeover : all) {
            if (takeover.segment().residence().name().equals(residence.name())) {
                ids.add(takeover.segment().id());
            }
        }
        return ids;
    }

    /** Everybody goes home, whatever fails for one of them; the first failure is thrown in the end. */
    public void leave() throws KernelException {
        List<Takeover> leaving = new ArrayList<>(all.reversed());
        // Those who have joined a segment before the one who has brought it in.
        KernelException first = each(leaving, Takeover::leaveOthers, null);
        for (Takeover.Leaving step : Takeover.Leaving.values()) {
            first = each(leaving, takeover -> takeover.leave(step), first);
        }
        if (first != null) {
            throw first;
        }
    }

    private interface Step {
        void take(Takeover takeover) throws KernelException;
    }

    // One that fails takes no further step.
    private static @Nullable KernelException each(List<Takeover> leaving, Step step, @Nullable KernelException before) {
        KernelException first = before;
        for (Takeover takeover : List.copyOf(leaving)) {
            try {
                step.take(takeover);
            } catch (TaskDiedException died) {
                leaving.remove(takeover); // it has no home to go to
            } catch (KernelException failure) {
                leaving.remove(takeover);
                first = first == null ? failure : first;
            }
        }
        return first;
    }

    /** Our side of the segments goes. */
    @Override
    public void close() {
        all.reversed().forEach(Takeover::close);
        residences.close();
    }
}
