package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.UtsNamespace;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.TaskDiedException;

/** The UTS namespaces of a set, one record for each that is not the tool's. */
final class UtsCapture {
    private static final String KIND = "uts";

    private UtsCapture() {}

    /** The object of a process's namespace, added to the table; none for our own. */
    static ObjectId take(int tid, UtsProbe.Names names, ObjectTable objects) throws KernelException {
        String namespace = NamespaceLook.link(tid, KIND);
        if (namespace.equals(NamespaceLook.ours(KIND))) {
            return ObjectId.NONE;
        }
        if (namespace.isEmpty()) {
            throw new TaskDiedException("readlink", tid); // it has none any more: it is on its way out
        }
        ObjectId known = objects.find(namespace);
        if (known.equals(ObjectId.NONE)) {
            known = objects.register(namespace);
            objects.add(new UtsNamespace(known, names.node(), names.domain()));
        }
        return known;
    }
}
