package dev.reprise.image.state;

/** Whatever several tasks can share: saved once, referred to by id. */
public sealed interface SharedObject
        permits AddressSpace,
                FdTable,
                FsContext,
                SignalHandlers,
                OpenFile,
                Pipe,
                MemoryObject,
                SeccompFilter,
                Cgroups,
                SharedMemorySegment,
                SemaphoreSet,
                MessageQueue,
                Pseudoterminal,
                UtsNamespace,
                IpcNamespace,
                EnteredNamespace,
                Twin {
    /** The number by which others refer to it. */
    ObjectId id();
}
