package dev.reprise.engine.rebuild;

import dev.reprise.image.state.BpfMap;
import dev.reprise.image.state.DeletedFile;
import dev.reprise.image.state.DeviceFile;
import dev.reprise.image.state.DirectoryFile;
import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EventFd;
import dev.reprise.image.state.Fanotify;
import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.HungUpTerminal;
import dev.reprise.image.state.Inotify;
import dev.reprise.image.state.IoUring;
import dev.reprise.image.state.MemFd;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.OutsideFile;
import dev.reprise.image.state.PathFile;
import dev.reprise.image.state.PipeEnd;
import dev.reprise.image.state.PosixQueue;
import dev.reprise.image.state.ProcFile;
import dev.reprise.image.state.ProcessFd;
import dev.reprise.image.state.PseudoterminalEnd;
import dev.reprise.image.state.RegularFile;
import dev.reprise.image.state.SignalFd;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.TerminalFile;
import dev.reprise.image.state.TimerFd;
import dev.reprise.image.state.Userfaultfd;
import dev.reprise.kernel.Fcntl;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the files behind descriptors have to be like at restore. */
final class FileChecks {
    private FileChecks() {}

    static List<FileCheck> of(OpenFiles files) {
        Set<String> written = new HashSet<>();
        for (RegularFile file : files.all(RegularFile.class)) {
            if ((file.flags() & Fcntl.O_ACCMODE) != Fcntl.O_RDONLY) {
                written.add(file.file().path());
            }
        }
        List<FileCheck> checks = new ArrayList<>();
        for (OpenFile file : files.all()) {
            String user = "descriptor " + files.numberOf(file);
            if (file instanceof RegularFile regular) {
                if (files.isKept(regular.file().path())) {
                    continue; // the image has its contents
                }
                boolean grows = written.contains(regular.file().path());
                checks.add(new FileCheck(
                        regular.file(), grows ? FileCheck.Rule.NOT_SHORTER : FileCheck.Rule.SAME_SIZE, user));
            } else {
                FileIdentity identity = named(file);
                if (!identity.path().isEmpty() && !identity.isDeleted()) {
                    checks.add(new FileCheck(identity, FileCheck.Rule.SAME_TYPE, user));
                }
            }
        }
        return checks;
    }

    private static FileIdentity named(OpenFile file) {
        return switch (file) {
            case RegularFile regular -> regular.file();
            case DirectoryFile directory -> directory.file();
            case PathFile path -> path.file();
            case DeviceFile device -> device.file();
            case FifoEnd fifo -> fifo.file();
            case TerminalFile _,
                    HungUpTerminal _,
                    PipeEnd _,
                    PseudoterminalEnd _,
                    EventFd _,
                    TimerFd _,
                    SignalFd _,
                    Epoll _,
                    Fanotify _,
                    Inotify _,
                    Userfaultfd _,
                    IoUring _,
                    BpfMap _,
                    MemFd _,
                    Socket _,
                    DeletedFile _,
                    ProcFile _,
                    PosixQueue _,
                    ProcessFd _,
                    OutsideFile _ -> Socket.NO_FILE;
        };
    }
}
