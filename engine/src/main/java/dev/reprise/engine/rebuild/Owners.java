package dev.reprise.engine.rebuild;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessState;
import java.util.HashMap;
import java.util.Map;

/**
 * Who owns an address space, a table of descriptors, an fs context, a table of signal handlers, a namespace: the first of
 * all that have it, by births. It makes them; the others have them from their birth on.
 */
final class Owners {
    private final Map<ObjectId, Integer> owners = new HashMap<>();

    Owners(Family family, Map<Integer, ProcessState> processes) {
        for (Member member : family.members()) {
            ProcessState process = processes.get(member.pid());
            if (member.kind() == Member.Kind.PROCESS && process != null) {
                owners.putIfAbsent(process.addressSpace(), process.pid());
                owners.putIfAbsent(process.fdTable(), process.pid());
                owners.putIfAbsent(process.fsContext(), process.pid());
                owners.putIfAbsent(process.signalHandlers(), process.pid());
                owners.putIfAbsent(process.modes().utsNamespace(), process.pid());
                owners.putIfAbsent(process.modes().ipcNamespace(), process.pid());
            }
        }
    }

    boolean owns(ProcessState process, ObjectId object) {
        return owners.getOrDefault(object, 0) == process.pid();
    }
}
