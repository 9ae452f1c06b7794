package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessModes;
import dev.reprise.image.state.ProcessState;
import java.util.Map;
import java.util.function.Function;

/** Whoever does not make a namespace has it from the one that forks it. */
final class InheritedNamespaces {
    private final Family family;
    private final Map<Integer, ProcessState> processes;
    private final Owners owners;

    InheritedNamespaces(Family family, Map<Integer, ProcessState> processes, Owners owners) {
        this.family = family;
        this.processes = processes;
        this.owners = owners;
    }

    /**
     * Of one kind, before anything is started.
     *
     * @throws RestoreException who cannot have its own
     */
    void require(String kind, Function<ProcessModes, ObjectId> namespace) throws RestoreException {
        for (Member member : family.members()) {
            ProcessState process = processes.get(member.pid());
            if (member.kind() == Member.Kind.PROCESS && process != null) {
                ObjectId wanted = namespace.apply(process.modes());
                boolean makes = !wanted.equals(ObjectId.NONE) && owners.owns(process, wanted);
                if (!makes && !wanted.equals(inherited(member, namespace))) {
                    throw new RestoreException(new Reason.Incapable(
                            "process " + process.pid() + " cannot be made again: its " + kind
                                    + " namespace is not that of its relatives",
                            ""));
                }
            }
        }
    }

    private ObjectId inherited(Member member, Function<ProcessModes, ObjectId> namespace) {
        if (member.creator() == Member.NOBODY) {
            return ObjectId.NONE;
        }
        ProcessState creator =
                processes.get(family.process(family.creatorOf(member)).pid());
        return creator == null ? ObjectId.NONE : namespace.apply(creator.modes());
    }
}
