package dev.reprise.image.codec.v1;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.BpfMap;
import dev.reprise.image.state.Cgroups;
import dev.reprise.image.state.DeletedFile;
import dev.reprise.image.state.DeviceFile;
import dev.reprise.image.state.DirectoryFile;
import dev.reprise.image.state.EnteredNamespace;
import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EventFd;
import dev.reprise.image.state.Fanotify;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.HungUpTerminal;
import dev.reprise.image.state.Inotify;
import dev.reprise.image.state.IoUring;
import dev.reprise.image.state.IpcNamespace;
import dev.reprise.image.state.MemFd;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.MessageQueue;
import dev.reprise.image.state.OutsideFile;
import dev.reprise.image.state.PathFile;
import dev.reprise.image.state.Pipe;
import dev.reprise.image.state.PipeEnd;
import dev.reprise.image.state.PosixQueue;
import dev.reprise.image.state.ProcFile;
import dev.reprise.image.state.ProcessFd;
import dev.reprise.image.state.Pseudoterminal;
import dev.reprise.image.state.PseudoterminalEnd;
import dev.reprise.image.state.RegularFile;
import dev.reprise.image.state.SeccompFilter;
import dev.reprise.image.state.SemaphoreSet;
import dev.reprise.image.state.SharedMemorySegment;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.SignalFd;
import dev.reprise.image.state.SignalHandlers;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.TerminalFile;
import dev.reprise.image.state.TimerFd;
import dev.reprise.image.state.Twin;
import dev.reprise.image.state.Userfaultfd;
import dev.reprise.image.state.UtsNamespace;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Every kind of shared object: which record type it has, and which codec. */
final class SharedObjectCodec {
    private SharedObjectCodec() {}

    static int type(SharedObject object) {
        return switch (object) {
            case AddressSpace _ -> RecordType.ADDRESS_SPACE;
            case FdTable _ -> RecordType.FD_TABLE;
            case FsContext _ -> RecordType.FS_CONTEXT;
            case SignalHandlers _ -> RecordType.SIGNAL_HANDLERS;
            case MemoryObject _ -> RecordType.MEMORY_OBJECT;
            case Pipe _ -> RecordType.PIPE;
            case RegularFile _ -> RecordType.REGULAR_FILE;
            case DirectoryFile _ -> RecordType.DIRECTORY_FILE;
            case PathFile _ -> RecordType.PATH_FILE;
            case DeviceFile _ -> RecordType.DEVICE_FILE;
            case TerminalFile _ -> RecordType.TERMINAL_FILE;
            case PipeEnd _ -> RecordType.PIPE_END;
            case FifoEnd _ -> RecordType.FIFO_END;
            case EventFd _ -> RecordType.EVENT_FD;
            case TimerFd _ -> RecordType.TIMER_FD;
            case SignalFd _ -> RecordType.SIGNAL_FD;
            case Epoll _ -> RecordType.EPOLL;
            case Fanotify _ -> RecordType.FANOTIFY;
            case Inotify _ -> RecordType.INOTIFY;
            case MemFd _ -> RecordType.MEM_FD;
            case Socket _ -> RecordType.SOCKET;
            case OutsideFile _ -> RecordType.OUTSIDE_FILE;
            case PosixQueue _ -> RecordType.POSIX_QUEUE;
            case ProcessFd _ -> RecordType.PROCESS_FD;
            case MessageQueue _ -> RecordType.MESSAGE_QUEUE;
            case SemaphoreSet _ -> RecordType.SEMAPHORE_SET;
            case SharedMemorySegment _ -> RecordType.SHARED_MEMORY_SEGMENT;
            case Cgroups _ -> RecordType.CGROUPS;
            case SeccompFilter _ -> RecordType.SECCOMP_FILTER;
            case ProcFile _ -> RecordType.PROC_FILE;
            case DeletedFile _ -> RecordType.DELETED_FILE;
            case Pseudoterminal _ -> RecordType.PSEUDOTERMINAL;
            case PseudoterminalEnd _ -> RecordType.PSEUDOTERMINAL_END;
            case HungUpTerminal _ -> RecordType.HUNG_UP_TERMINAL;
            case Userfaultfd _ -> RecordType.USERFAULTFD;
            case IoUring _ -> RecordType.IO_URING;
            case BpfMap _ -> RecordType.BPF_MAP;
            case UtsNamespace _ -> RecordType.UTS_NAMESPACE;
            case IpcNamespace _ -> RecordType.IPC_NAMESPACE;
            case EnteredNamespace _ -> RecordType.ENTERED_NAMESPACE;
            case Twin _ -> RecordType.TWIN;
        };
    }

    static MessageWriter write(SharedObject object) {
        return switch (object) {
            case AddressSpace space -> AddressSpaceCodec.write(space);
            case FdTable table -> FdTableCodec.write(table);
            case FsContext fs -> FsContextCodec.write(fs);
            case SignalHandlers handlers -> SignalHandlersCodec.write(handlers);
            case MemoryObject memory -> MemoryObjectCodec.write(memory);
            case Pipe pipe -> PipeCodec.write(pipe);
            case RegularFile file -> PathFilesCodec.write(file);
            case DirectoryFile file -> PathFilesCodec.write(file);
            case PathFile file -> PathFilesCodec.write(file);
            case DeviceFile file -> PathFilesCodec.write(file);
            case TerminalFile file -> PathFilesCodec.write(file);
            case PipeEnd end -> PipeEndCodec.write(end);
            case FifoEnd end -> PipeEndCodec.write(end);
            case EventFd event -> EventFdCodec.write(event);
            case TimerFd timer -> TimerFdCodec.write(timer);
            case SignalFd signal -> SignalFdCodec.write(signal);
            case Epoll epoll -> EpollCodec.write(epoll);
            case Fanotify group -> FanotifyCodec.write(group);
            case Inotify inotify -> InotifyCodec.write(inotify);
            case MemFd memFd -> MemFdCodec.write(memFd);
            case Socket socket -> SocketCodec.write(socket);
            case OutsideFile file -> OutsideFileCodec.write(file);
            case PosixQueue it -> PosixQueueCodec.write(it);
            case ProcessFd it -> ProcessFdCodec.write(it);
            case MessageQueue it -> IpcCodec.write(it);
            case SemaphoreSet it -> IpcCodec.write(it);
            case SharedMemorySegment it -> IpcCodec.write(it);
            case Cgroups it -> CgroupsCodec.write(it);
            case SeccompFilter it -> SeccompFilterCodec.write(it);
            case ProcFile it -> ProcFileCodec.write(it);
            case DeletedFile it -> DeletedFileCodec.write(it);
            case Pseudoterminal it -> PseudoterminalCodec.write(it);
            case PseudoterminalEnd it -> PseudoterminalCodec.write(it);
            case HungUpTerminal it -> HungUpTerminalCodec.write(it);
            case Userfaultfd it -> UserfaultfdCodec.write(it);
            case IoUring it -> IoUringCodec.write(it);
            case BpfMap it -> BpfMapCodec.write(it);
            case UtsNamespace it -> UtsNamespaceCodec.write(it);
            case IpcNamespace it -> IpcNamespaceCodec.write(it);
            case EnteredNamespace it -> EnteredNamespaceCodec.write(it);
            case Twin it -> TwinCodec.write(it);
        };
    }

    /** The object in a record of this type, or null if the type is no object's. */
    static @Nullable SharedObject read(int type, MessageReader m) throws IOException {
        return switch (type) {
            case RecordType.ADDRESS_SPACE -> AddressSpaceCodec.read(m);
            case RecordType.FD_TABLE -> FdTableCodec.read(m);
            case RecordType.FS_CONTEXT -> FsContextCodec.read(m);
            case RecordType.SIGNAL_HANDLERS -> SignalHandlersCodec.read(m);
            case RecordType.MEMORY_OBJECT -> MemoryObjectCodec.read(m);
            case RecordType.PIPE -> PipeCodec.read(m);
            case RecordType.REGULAR_FILE -> PathFilesCodec.regular(m);
            case RecordType.DIRECTORY_FILE -> PathFilesCodec.directory(m);
            case RecordType.PATH_FILE -> PathFilesCodec.path(m);
            case RecordType.DEVICE_FILE -> PathFilesCodec.device(m);
            case RecordType.TERMINAL_FILE -> PathFilesCodec.terminal(m);
            case RecordType.PIPE_END -> PipeEndCodec.pipe(m);
            case RecordType.FIFO_END -> PipeEndCodec.fifo(m);
            case RecordType.EVENT_FD -> EventFdCodec.read(m);
            case RecordType.TIMER_FD -> TimerFdCodec.read(m);
            case RecordType.SIGNAL_FD -> SignalFdCodec.read(m);
            case RecordType.EPOLL -> EpollCodec.read(m);
            case RecordType.FANOTIFY -> FanotifyCodec.read(m);
            case RecordType.INOTIFY -> InotifyCodec.read(m);
            case RecordType.MEM_FD -> MemFdCodec.read(m);
            case RecordType.SOCKET -> SocketCodec.read(m);
            case RecordType.OUTSIDE_FILE -> OutsideFileCodec.read(m);
            case RecordType.POSIX_QUEUE -> PosixQueueCodec.read(m);
            case RecordType.PROCESS_FD -> ProcessFdCodec.read(m);
            case RecordType.MESSAGE_QUEUE -> IpcCodec.queue(m);
            case RecordType.SEMAPHORE_SET -> IpcCodec.semaphores(m);
            case RecordType.SHARED_MEMORY_SEGMENT -> IpcCodec.segment(m);
            case RecordType.CGROUPS -> CgroupsCodec.read(m);
            case RecordType.SECCOMP_FILTER -> SeccompFilterCodec.read(m);
            case RecordType.PROC_FILE -> ProcFileCodec.read(m);
            case RecordType.DELETED_FILE -> DeletedFileCodec.read(m);
            case RecordType.PSEUDOTERMINAL -> PseudoterminalCodec.terminal(m);
            case RecordType.PSEUDOTERMINAL_END -> PseudoterminalCodec.end(m);
            case RecordType.HUNG_UP_TERMINAL -> HungUpTerminalCodec.read(m);
            case RecordType.USERFAULTFD -> UserfaultfdCodec.read(m);
            case RecordType.IO_URING -> IoUringCodec.read(m);
            case RecordType.BPF_MAP -> BpfMapCodec.read(m);
            case RecordType.UTS_NAMESPACE -> UtsNamespaceCodec.read(m);
            case RecordType.IPC_NAMESPACE -> IpcNamespaceCodec.read(m);
            case RecordType.ENTERED_NAMESPACE -> EnteredNamespaceCodec.read(m);
            case RecordType.TWIN -> TwinCodec.read(m);
            default -> null;
        };
    }
}
