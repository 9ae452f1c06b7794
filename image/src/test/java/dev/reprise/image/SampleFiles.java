package dev.reprise.image;

import dev.reprise.image.state.BpfMap;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Cgroups;
import dev.reprise.image.state.DeletedFile;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.DeviceFile;
import dev.reprise.image.state.DirectoryFile;
import dev.reprise.image.state.EnteredNamespace;
import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.EpollPolling;
import dev.reprise.image.state.EventFd;
import dev.reprise.image.state.ExtendedAttribute;
import dev.reprise.image.state.Fanotify;
import dev.reprise.image.state.FanotifyMark;
import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.FileAttributes;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.FileLock;
import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.HungUpTerminal;
import dev.reprise.image.state.Inotify;
import dev.reprise.image.state.InotifyWatch;
import dev.reprise.image.state.IoUring;
import dev.reprise.image.state.IpcIdentity;
import dev.reprise.image.state.IpcLimit;
import dev.reprise.image.state.IpcNamespace;
import dev.reprise.image.state.IpcSetting;
import dev.reprise.image.state.MemFd;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.MessageQueue;
import dev.reprise.image.state.NamedQueue;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.OutsideFile;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.PathFile;
import dev.reprise.image.state.Pipe;
import dev.reprise.image.state.PipeEnd;
import dev.reprise.image.state.PosixQueue;
import dev.reprise.image.state.ProcFile;
import dev.reprise.image.state.ProcessFd;
import dev.reprise.image.state.Pseudoterminal;
import dev.reprise.image.state.PseudoterminalEnd;
import dev.reprise.image.state.QueueNotification;
import dev.reprise.image.state.QueuedMessage;
import dev.reprise.image.state.RegularFile;
import dev.reprise.image.state.SeccompFilter;
import dev.reprise.image.state.SemaphoreSet;
import dev.reprise.image.state.SharedMemorySegment;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.SignalFd;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.SocketCredentials;
import dev.reprise.image.state.SocketMessage;
import dev.reprise.image.state.SocketOption;
import dev.reprise.image.state.TerminalFile;
import dev.reprise.image.state.TimerFd;
import dev.reprise.image.state.TypedAhead;
import dev.reprise.image.state.UnixSocket;
import dev.reprise.image.state.Userfaultfd;
import dev.reprise.image.state.UtsNamespace;
import java.util.ArrayList;
import java.util.List;

/** The open files of {@link SampleImage}, one of each kind. Never to be changed. */
final class SampleFiles {
    private static final FileOwner NOBODY = FileOwner.NONE;

    private static final Ownership OWNER = new Ownership(1000, -2);

    private SampleFiles() {}

    static FileIdentity file(String path, String buildId) {
        return new FileIdentity(path, 0x803, 131_072, 35_664, 1_700_000_000_123_456_789L, 0100755, buildId, OWNER);
    }

    static List<SharedObject> all() {
        FileIdentity file = file("/tmp/data", "");
        ObjectId pipe = id(3);
        ObjectId memory = id(4);
        return List.of(
                new Pipe(pipe, 65536, OWNER, List.of(SampleImage.bytes(40, 1))),
                new MemoryObject(
                        memory,
                        MemoryObject.Kind.MEMFD,
                        "scratch",
                        8192,
                        3,
                        0100777,
                        OWNER,
                        new FileAttributes(
                                1_600_000_000_000_000_001L,
                                -1,
                                List.of(new ExtendedAttribute("user.origin", Bytes.of((byte) 1, (byte) 2)))),
                        List.of()),
                new TerminalFile(
                        id(10), 0x8002, NOBODY, file("/dev/pts/3", ""), 0x8803, Bytes.of(new byte[] {1, 5, 0, 0})),
                new RegularFile(id(11), 0x8401, new FileOwner(1, -4711, 29, 1000, 0), file, 1234, "/tmp/old"),
                new DirectoryFile(id(12), 0x18000, NOBODY, file("/tmp", ""), 7, 0x80000004),
                new PathFile(id(13), 0x200000, NOBODY, file),
                new DeviceFile(id(14), 0x8000, NOBODY, file("/dev/null", ""), 0x103, 0),
                new PipeEnd(id(15), 1, NOBODY, pipe),
                new FifoEnd(id(16), 0x800, NOBODY, file("/tmp/fifo", ""), pipe),
                new EventFd(id(17), 2, NOBODY, -2, true),
                new TimerFd(id(18), 2, NOBODY, 1, 3, 2, 900_000_000, 1_000_000_000),
                new SignalFd(id(19), 2, NOBODY, 1L << 63 | 2),
                new Epoll(
                        id(20),
                        2,
                        NOBODY,
                        List.of(new EpollMember(7, id(17), 0x80000001, -3, true)),
                        new EpollPolling(50, 16, true)),
                new Inotify(
                        id(21),
                        0,
                        NOBODY,
                        List.of(new InotifyWatch(1, "/tmp", 0x100), new InotifyWatch(3, "", 2, id(90)))),
                new Fanotify(
                        id(87),
                        2,
                        NOBODY,
                        0x23,
                        0x8000,
                        List.of(
                                new FanotifyMark(FanotifyMark.Scope.INODE, "/tmp", 0x240, 0x48000020, 8),
                                new FanotifyMark(FanotifyMark.Scope.FILE_SYSTEM, "/", 0, 0x200, 0),
                                new FanotifyMark(FanotifyMark.Scope.MOUNT, "/sys", 0, 2, 8))),
                new MemFd(id(22), 0x8002, NOBODY, memory, 4097),
                socket(),
                new OutsideFile(id(24), 1, NOBODY, "pipe:[12345]"),
                new HungUpTerminal(id(112), 0x8002, NOBODY, "/dev/pts/9"),
                new Userfaultfd(
                        id(113),
                        0x800,
                        NOBODY,
                        true,
                        0x6041,
                        true,
                        SampleImage.SPACE,
                        List.of(new PageRun(0x555555556000L, 33)),
                        List.of(new PageRun(0x555555559000L, 1)),
                        List.of(new PageRun(0x55555555a000L, 2)),
                        List.of(new PageRun(0x555555559000L, 3)),
                        List.of(new PageRun(0x555555560000L, 1))),
                new IoUring(
                        id(114),
                        2,
                        NOBODY,
                        0x1000,
                        8,
                        16,
                        1000,
                        1001,
                        List.of(0, 4, 8, 12, 64, 320),
                        4711,
                        4096,
                        SampleImage.bytes(352, 7),
                        4096,
                        SampleImage.bytes(64, 8)),
                new BpfMap(
                        id(115),
                        2,
                        NOBODY,
                        1,
                        4,
                        8,
                        16,
                        1,
                        5,
                        "counts",
                        true,
                        SampleImage.bytes(8, 3),
                        SampleImage.bytes(16, 4)),
                new SeccompFilter(id(92), ObjectId.NONE, 2, SampleImage.bytes(16, 5)),
                new Cgroups(id(93), List.of(new Cgroups.Membership("/sys/fs/cgroup/a", true))),
                new SharedMemorySegment(id(94), new IpcIdentity(-5, 65536, 0600, OWNER), memory, true, false, 4000),
                new SemaphoreSet(id(95), new IpcIdentity(7, 1, 0600, OWNER), List.of(0, 32767)),
                new MessageQueue(
                        id(96),
                        new IpcIdentity(0, 2, 0600, OWNER),
                        16384,
                        List.of(new MessageQueue.Message(9, SampleImage.bytes(3, 6)))),
                new ProcessFd(id(97), 0x80, NOBODY, 4711),
                new PosixQueue(
                        id(98),
                        2,
                        NOBODY,
                        file("/queue", ""),
                        10,
                        8192,
                        true,
                        List.of(new QueuedMessage(7, SampleImage.bytes(3, 13))),
                        new QueueNotification(4711, 0, 37, -5)),
                new DeletedFile(id(90), 0x8002, NOBODY, memory, 17),
                new ProcFile(id(91), 0x8000, NOBODY, "/proc/4711/status", 5),
                new UtsNamespace(id(99), SampleImage.bytes(64, 8), SampleImage.bytes(6, 9)),
                new IpcNamespace(
                        id(110),
                        List.of(
                                new IpcSetting(IpcLimit.SEGMENT_BYTES, List.of(-1L)),
                                new IpcSetting(IpcLimit.SEMAPHORES, List.of(32000L, 1024000000L, 500L, 32000L))),
                        List.of(new NamedQueue(
                                "queue",
                                0640,
                                OWNER,
                                10,
                                8192,
                                List.of(new QueuedMessage(8, SampleImage.bytes(3, 14)))))),
                new EnteredNamespace(id(120), EnteredNamespace.Kind.MOUNT, 4711, "/run/mnt/blue", true),
                new SemaphoreSet(id(111), new IpcIdentity(7, 1, 0600, OWNER, id(110)), List.of(1)),
                terminal(id(88)),
                new PseudoterminalEnd(id(89), 0x802, NOBODY, file("/dev/ptmx", ""), id(88), true));
    }

    static List<Descriptor> descriptors() {
        List<Descriptor> descriptors = new ArrayList<>();
        for (SharedObject object : all()) {
            if (object instanceof OpenFile) {
                descriptors.add(
                        SampleImage.descriptor(descriptors.size(), object.id().value()));
            }
        }
        descriptors.add(SampleImage.descriptor(1000, 10));
        descriptors.add(SampleImage.descriptor(1001, 114)); // which a mapping names
        return descriptors;
    }

    static List<FileLock> locks() {
        return List.of(
                new FileLock(1, FileLock.Kind.FLOCK, 1, 0, FileLock.END_OF_FILE),
                new FileLock(2, FileLock.Kind.POSIX, 0, 10, 19),
                new FileLock(3, FileLock.Kind.OFD, 1, 5, FileLock.END_OF_FILE));
    }

    private static Pseudoterminal terminal(ObjectId id) {
        return new Pseudoterminal(
                id,
                7,
                true,
                true,
                true,
                true,
                true,
                SampleImage.bytes(44, 7),
                SampleImage.bytes(8, 8),
                OWNER,
                0620,
                4711,
                4712,
                SampleImage.bytes(5, 9),
                new TypedAhead(
                        List.of(
                                new TypedAhead.Line(SampleImage.bytes(3, 10), TypedAhead.End.LAST_BYTE),
                                new TypedAhead.Line(Bytes.empty(), TypedAhead.End.END_OF_FILE),
                                new TypedAhead.Line(SampleImage.bytes(2, 11), TypedAhead.End.BEGUN)),
                        true,
                        SampleImage.bytes(4, 12)),
                SampleImage.bytes(36, 13),
                true);
    }

    private static Socket socket() {
        return new Socket(
                id(23),
                2,
                NOBODY,
                1,
                1,
                0,
                Socket.State.LISTENING,
                Bytes.of((byte) 1, (byte) 0, (byte) '/'),
                128,
                file("/", ""),
                OWNER,
                List.of(new SocketOption(1, 9, Bytes.of((byte) 1, (byte) 0, (byte) 0, (byte) 0))),
                new UnixSocket(
                        UnixSocket.Place.NAMED,
                        id(23),
                        Bytes.empty(),
                        1,
                        104,
                        new SocketCredentials(4711, 1000, -2),
                        List.of(id(23)),
                        List.of(new SocketMessage(
                                SampleImage.bytes(5, 2),
                                Bytes.of((byte) 1, (byte) 0),
                                new SocketCredentials(1, 2, 3),
                                List.of(id(11), id(12)),
                                true)),
                        SampleImage.bytes(8, 5),
                        List.of(new SocketMessage(
                                SampleImage.bytes(6, 14), Bytes.empty(), SocketCredentials.NONE, List.of()))));
    }

    private static ObjectId id(int id) {
        return new ObjectId(id);
    }
}
