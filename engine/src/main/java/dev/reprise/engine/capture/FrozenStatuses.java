package dev.reprise.engine.capture;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What /proc says of the state of frozen processes, read once for all who want to know, by several threads. */
final class FrozenStatuses {
    private final Map<Integer, ProcStatus> byTid = new HashMap<>();

    private FrozenStatuses() {}

    /** Of processes that stand still, each by a thread that lives. */
    static FrozenStatuses of(List<FrozenProcess> processes) throws KernelException {
        FrozenStatuses statuses = new FrozenStatuses();
        List<Member> members = processes.stream().map(FrozenProcess::member).toList();
        List<@Nullable ProcStatus> all = Readers.all(members, member -> ProcStatus.of(member.pid(), member.tid()));
        for (int i = 0; i < members.size(); i++) {
            statuses.byTid.put(members.get(i).tid(), Objects.requireNonNull(all.get(i)));
        }
        return statuses;
    }

    /** That of a process; of one that has ended it is read. */
    ProcStatus of(int pid) throws KernelException {
        return of(pid, pid);
    }

    /** That of a thread; of one that does not stand for its process it is read. */
    ProcStatus of(int pid, int tid) throws KernelException {
        ProcStatus known = byTid.get(tid);
        return known == null ? ProcStatus.of(pid, tid) : known;
    }
}
