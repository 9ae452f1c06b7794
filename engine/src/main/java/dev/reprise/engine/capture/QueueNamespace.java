package dev.reprise.engine.capture;

import dev.reprise.kernel.Errno;
import dev.reprise.kernel.IpcResidence;
import dev.reprise.kernel.KernelException;
import java.util.HashSet;
import java.util.Set;

/** The IPC namespace of an open POSIX message queue, which its device tells; a descriptor survives a move to another one. */
final class QueueNamespace {
    private QueueNamespace() {}

    /** Whether it is the one in which all are who have the queue open. */
    static boolean isThatOfItsHolders(LiveDescriptor d, DescriptorLook look) throws KernelException {
        Set<String> names = new HashSet<>();
        for (int holder : look.holders(d)) {
            names.add(IpcResidence.nameOf(holder));
        }
        if (names.size() > 1) {
            return false;
        }
        try (IpcResidence residence = IpcResidence.of(d.pid());
                IpcResidence.Stay _ = residence.enter();
                PosixQueueDirectory directory = PosixQueueDirectory.here()) {
            return directory == null || directory.device() == d.status().device();
        } catch (KernelException denied) {
            // Who may not ask for the directory has not left the tool's namespace, which takes the same privilege.
            if (denied.errno() != Errno.EPERM || names.stream().anyMatch(name -> !name.isEmpty())) {
                throw denied;
            }
            return true;
        }
    }
}
