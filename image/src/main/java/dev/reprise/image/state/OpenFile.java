package dev.reprise.image.state;

/** An open file description: what open(2), pipe(2), socket(2) and so on make, and dup(2) and fork(2) share. */
public sealed interface OpenFile extends SharedObject
        permits RegularFile,
                DirectoryFile,
                PathFile,
                DeviceFile,
                TerminalFile,
                PipeEnd,
                FifoEnd,
                EventFd,
                TimerFd,
                SignalFd,
                Epoll,
                Fanotify,
                Inotify,
                MemFd,
                Socket,
                OutsideFile,
                DeletedFile,
                ProcFile,
                ProcessFd,
                PosixQueue,
                PseudoterminalEnd,
                HungUpTerminal,
                Userfaultfd,
                IoUring,
                BpfMap {
    /** The file status flags (F_GETFL), as /proc/PID/fdinfo shows them, without O_CLOEXEC. */
    int flags();

    /** Whom it signals. */
    FileOwner owner();
}
