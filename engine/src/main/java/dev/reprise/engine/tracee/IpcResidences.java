package dev.reprise.engine.tracee;

import dev.reprise.kernel.IpcResidence;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The IPC namespaces of processes that do not change them meanwhile, each open once. */
public final class IpcResidences implements AutoCloseable {
    private final Map<String, IpcResidence> byName = new LinkedHashMap<>();
    private final Map<Integer, IpcResidence> byTask = new HashMap<>();

    /** That in which a task is. */
    public IpcResidence of(int tid) throws KernelException {
        IpcResidence asked = byTask.get(tid);
        if (asked == null) {
            asked = find(tid);
            byTask.put(tid, asked);
        }
        return asked;
    }

    private IpcResidence find(int tid) throws KernelException {
        String name = IpcResidence.nameOf(tid);
        IpcResidence known = name.isEmpty() ? IpcResidence.OWN : byName.get(name);
        if (known != null) {
            return known;
        }
        IpcResidence opened = IpcResidence.of(tid);
        byName.put(opened.name(), opened);
        return opened;
    }

    /** Those that have been asked for and are not ours. */
    public List<IpcResidence> foreign() {
        return new ArrayList<>(byName.values());
    }

    @Override
    public void close() {
        byName.values().forEach(IpcResidence::close);
        byName.clear();
        byTask.clear();
    }
}
