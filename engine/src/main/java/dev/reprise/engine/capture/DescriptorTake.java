package dev.reprise.engine.capture;

import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.KernelException;

/** What the kinds of open files share while everything is frozen. */
record DescriptorTake(
        DescriptorLook look,
        ObjectTable objects,
        MemoryObjectCapture memory,
        IdLevel level,
        UnixQueues queues,
        TcpQueues tcpQueues,
        LiveConnections connections,
        ChangeGuard guard,
        ExpiredTimers timers,
        FaultServers faults) {
    /** The memory object behind a descriptor: opened anew to be read, so that no offset of the program's moves. */
    ObjectId memoryOf(LiveDescriptor d) throws KernelException {
        return memory.take(objects, "/proc/self/fd/" + d.copy().number(), d.link());
    }

    /** Whom the open file signals. */
    FileOwner owner(LiveDescriptor d) throws KernelException {
        return d.isPathOnly() ? FileOwner.NONE : FileOwners.of(d.copy(), level);
    }
}
