package dev.reprise.cli;

import dev.reprise.image.state.Backing;
import dev.reprise.image.state.BpfMap;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.DeletedFile;
import dev.reprise.image.state.DeviceFile;
import dev.reprise.image.state.DirectoryFile;
import dev.reprise.image.state.EnteredNamespace;
import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EventFd;
import dev.reprise.image.state.Fanotify;
import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.HungUpTerminal;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Inotify;
import dev.reprise.image.state.IoUring;
import dev.reprise.image.state.MemFd;
import dev.reprise.image.state.MmFields;
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
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.TerminalFile;
import dev.reprise.image.state.TimerFd;
import dev.reprise.image.state.Userfaultfd;
import dev.reprise.image.state.Vma;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** What is in an image, in the words of /proc. */
final class Words {
    private static final int O_ACCMODE = 3;

    private Words() {}

    static String name(TaskState task) {
        return name(task.name());
    }

    static String name(Bytes bytes) {
        String name = new String(bytes.toArray(), StandardCharsets.ISO_8859_1);
        int end = name.indexOf('\0');
        return Console.oneLine(end < 0 ? name : name.substring(0, end));
    }

    /** {@code rwxp} as in /proc/PID/maps. */
    static String protection(Vma vma) {
        return ((vma.protection() & 1) != 0 ? "r" : "-")
                + ((vma.protection() & 2) != 0 ? "w" : "-")
                + ((vma.protection() & 4) != 0 ? "x" : "-")
                + (vma.shared() ? "s" : "p");
    }

    static String backing(Vma vma, MmFields fields) {
        return switch (vma.backing()) {
            case Backing.Anonymous(String name) -> name.isEmpty() ? anonymous(vma, fields) : "anonymous " + name;
            case Backing.MappedFile(var file) -> file.path();
            case Backing.SharedMemory(var memory, boolean _) -> "shared memory #" + memory.value();
            case Backing.Kernel(String name) -> name;
            case Backing.Device(var file) -> file.path();
            case Backing.AioRing ring -> ring.hasContext() ? "[aio]" : "[aio] without a context";
            case Backing.IoUringMemory _ -> "[io_uring]";
            case Backing.PacketRing _ -> "[packet socket]";
        };
    }

    // As /proc/PID/maps names them.
    private static String anonymous(Vma vma, MmFields fields) {
        return vma.start() <= fields.brk() && fields.startBrk() <= vma.end() && fields.brk() > fields.startBrk()
                ? "[heap]"
                : vma.start() <= fields.startStack() && fields.startStack() < vma.end() ? "[stack]" : "anonymous";
    }

    /** The namespaces that its processes were in and the tool was not. */
    static List<EnteredNamespace> namespaces(Image image) {
        return image.objects().stream()
                .filter(EnteredNamespace.class::isInstance)
                .map(EnteredNamespace.class::cast)
                .toList();
    }

    /** The kind of a namespace, as in /proc/PID/ns. */
    static String kind(EnteredNamespace namespace) {
        return switch (namespace.kind()) {
            case NETWORK -> "net";
            case MOUNT -> "mnt";
        };
    }

    /** What a namespace is called: the name that it was bound to, or its number. */
    static String name(EnteredNamespace namespace) {
        return namespace.path().isEmpty()
                ? "number " + Long.toUnsignedString(namespace.unique())
                : Console.oneLine(namespace.path());
    }

    /** The kind of an open file, a word that stays the same. */
    static String kind(OpenFile file) {
        return switch (file) {
            case RegularFile _ -> "file";
            case DirectoryFile _ -> "directory";
            case PathFile _ -> "path";
            case DeviceFile _ -> "device";
            case TerminalFile _ -> "terminal";
            case HungUpTerminal _ -> "terminal-hung-up";
            case PseudoterminalEnd end -> end.master() ? "terminal-master" : "terminal-slave";
            case PipeEnd _ -> "pipe";
            case FifoEnd _ -> "fifo";
            case EventFd _ -> "eventfd";
            case TimerFd _ -> "timerfd";
            case SignalFd _ -> "signalfd";
            case Epoll _ -> "epoll";
            case Fanotify _ -> "fanotify";
            case Inotify _ -> "inotify";
            case Userfaultfd _ -> "userfaultfd";
            case IoUring _ -> "io_uring";
            case BpfMap _ -> "bpf-map";
            case MemFd _ -> "memfd";
            case Socket _ -> "socket";
            case OutsideFile _ -> "outside";
            case DeletedFile _ -> "deleted-file";
            case ProcFile _ -> "proc-file";
            case PosixQueue _ -> "message-queue";
            case ProcessFd _ -> "pidfd";
        };
    }

    /** What an open file is about: its path, its other end, its counter. */
    static String detail(OpenFile file) {
        return switch (file) {
            case RegularFile regular -> regular.file().path() + ", offset " + regular.offset();
            case DirectoryFile directory -> directory.file().path();
            case PathFile path -> path.file().path();
            case DeviceFile device -> device.file().path();
            case TerminalFile terminal -> terminal.file().path();
            case HungUpTerminal terminal -> terminal.path();
            case PseudoterminalEnd end ->
                end.file().path() + " of #" + end.terminal().value();
            case PipeEnd end -> end((end.flags() & O_ACCMODE), "#" + end.pipe().value());
            case FifoEnd end -> end((end.flags() & O_ACCMODE), end.file().path());
            case EventFd event -> "count " + event.count();
            case TimerFd timer -> "clock " + timer.clockId();
            case SignalFd signals -> "mask 0x" + Long.toHexString(signals.mask());
            case Epoll epoll -> Amounts.count(epoll.members().size(), "member");
            case Fanotify group -> Amounts.count(group.marks().size(), "mark");
            case Inotify inotify -> Amounts.count(inotify.watches().size(), "watch");
            case Userfaultfd faults -> Amounts.count(faults.ranges().size(), "range");
            case IoUring ring -> ring.sqEntries() + " and " + ring.cqEntries() + " entries";
            case BpfMap map -> map.count() + " of " + map.maxEntries() + " entries";
            case MemFd memory -> "memory #" + memory.memory().value() + ", offset " + memory.offset();
            case Socket socket -> socket(socket);
            case OutsideFile outside -> outside.description();
            case DeletedFile deleted -> "contents #" + deleted.memory().value() + ", offset " + deleted.offset();
            case ProcFile proc -> proc.path();
            case PosixQueue queue -> queue.file().path();
            case ProcessFd process -> process.pid() == 0 ? "of a process that is gone" : "process " + process.pid();
        };
    }

    static String waitStatus(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? "exited with " + (status >> 8) : "ended by signal " + signal;
    }

    static String openFile(OpenFile file) {
        return kind(file) + " " + detail(file);
    }

    private static String end(int access, String of) {
        return (access == 0 ? "read end of " : access == 1 ? "write end of " : "both ends of ") + of;
    }

    private static String socket(Socket socket) {
        String family = switch (socket.domain()) {
            case 1 -> "unix";
            case 2 -> "inet";
            case 10 -> "inet6";
            default -> "family " + socket.domain();
        };
        String type = switch (socket.type()) {
            case 1 -> "stream";
            case 2 -> "datagram";
            case 5 -> "seqpacket";
            default -> "type " + socket.type();
        };
        return family + " " + type + ", " + socket.state().name().toLowerCase(Locale.ROOT);
    }
}
