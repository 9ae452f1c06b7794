package dev.reprise.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.engine.program.ChildRun;
import dev.reprise.engine.rebuild.DescriptorChild;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.DeviceFile;
import dev.reprise.image.state.DirectoryFile;
import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.EventFd;
import dev.reprise.image.state.ExtendedAttribute;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.FileAttributes;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.FileLock;
import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.InetSocket;
import dev.reprise.image.state.Inotify;
import dev.reprise.image.state.InotifyWatch;
import dev.reprise.image.state.Machine;
import dev.reprise.image.state.MemFd;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.PathFile;
import dev.reprise.image.state.Pipe;
import dev.reprise.image.state.PipeEnd;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.RegularFile;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.SignalFd;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.SocketCredentials;
import dev.reprise.image.state.SocketDetail;
import dev.reprise.image.state.SocketOption;
import dev.reprise.image.state.TimerFd;
import dev.reprise.image.state.UnixSocket;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.Kcmp;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records become descriptors of a process, and these the same records again. */
class DescriptorRoundTripTest {
    private static final int RDONLY = 0;
    private static final int WRONLY = 1;
    private static final int RDWR = 2;
    private static final int APPEND = 02000;
    private static final int NONBLOCK = 04000;
    private static final int DIRECT = 040000;
    private static final int LARGE = 0100000;
    private static final int NOFOLLOW = 0400000;
    private static final int PATH = 010000000;
    private static final int IN = 1;
    private static final int OUT = 4;
    private static final int ERR_HUP = 0x18;
    private static final int EXCLUSIVE = 1 << 28;
    private static final int ONE_SHOT = 1 << 30;
    private static final int EDGE = 1 << 31;
    private static final long HOUR = 3600_000_000_000L;

    private static final FileAttributes TIMES = new FileAttributes(
            1_000_000_005L, 2_000_000_007L, List.of(new ExtendedAttribute("user.a", Bytes.of((byte) 1))));

    private static final SocketDetail INET = new InetSocket(Bytes.empty(), 0, List.of(), Bytes.empty());

    @TempDir
    Path directory;

    private final List<SharedObject> objects = new ArrayList<>();
    private final List<Descriptor> descriptors = new ArrayList<>();
    private final List<FileLock> locks = new ArrayList<>();
    private int ids;

    @BeforeEach
    void needsRoot() throws KernelException {
        assumeTrue(FileStatus.of("/proc/self").uid() == 0, "needs root");
    }

    @Test
    void filesKeepFlagsOffsetsAndSharing() throws Exception {
        Path data = Files.write(directory.resolve("data"), new byte[10_000]);
        Path link = Files.createSymbolicLink(directory.resolve("link"), data);
        RegularFile shared = new RegularFile(id(), RDWR | LARGE | APPEND, FileOwner.NONE, identity(data), 777);
        at(1, shared);
        at(new RegularFile(id(), RDONLY | LARGE | NONBLOCK, FileOwner.NONE, identity(data), 20_000), 3);
        descriptors.add(new Descriptor(5, true, shared.id()));
        at(new PathFile(id(), PATH | NOFOLLOW, FileOwner.NONE, identity(link)), 6);
        at(new DirectoryFile(id(), LARGE, FileOwner.NONE, identity(directory), 0), 7);
        at(new DeviceFile(id(), WRONLY | LARGE, FileOwner.NONE, identity(Path.of("/dev/full")), 0x107, 0), 900);
        sortDescriptors();
        assertRoundTrip();
    }

    @Test
    void locksAreTakenAgain() throws Exception {
        Path data = Files.write(directory.resolve("data"), new byte[100]);
        at(new RegularFile(id(), RDWR | LARGE, FileOwner.NONE, identity(data), 0), 4);
        Path more = Files.write(directory.resolve("more"), new byte[100]);
        at(new RegularFile(id(), RDONLY | LARGE, FileOwner.NONE, identity(more), 0), 5);
        locks.add(new FileLock(4, FileLock.Kind.FLOCK, 1, 0, FileLock.END_OF_FILE));
        locks.add(new FileLock(4, FileLock.Kind.POSIX, 1, 10, 19));
        locks.add(new FileLock(4, FileLock.Kind.OFD, 0, 50, FileLock.END_OF_FILE));
        locks.add(new FileLock(5, FileLock.Kind.FLOCK, 0, 0, FileLock.END_OF_FILE));
        assertThat(roundTrip().locks()).containsExactlyInAnyOrderElementsOf(locks);
    }

    @Test
    void pipesKeepBytesCapacityPacketsAndMissingEnds() throws Exception {
        Pipe text = pipe(4096, 0, "unread".getBytes(StandardCharsets.UTF_8));
        at(new PipeEnd(id(), WRONLY | NONBLOCK, FileOwner.NONE, text.id()), 0);
        at(new PipeEnd(id(), RDONLY, FileOwner.NONE, text.id()), 1);
        Pipe packets = pipe(65536, 1000, new byte[4096], new byte[7]);
        at(new PipeEnd(id(), RDONLY | DIRECT, FileOwner.NONE, packets.id()), 2);
        at(new PipeEnd(id(), WRONLY | DIRECT, FileOwner.NONE, packets.id()), 3);
        Pipe full = pipe(65536, 0, new byte[65536]);
        at(new PipeEnd(id(), RDONLY, FileOwner.NONE, full.id()), 4);
        Pipe both = pipe(1 << 20, 0, new byte[] {1, 2});
        at(new PipeEnd(id(), RDWR | LARGE, FileOwner.NONE, both.id()), 5);
        Pipe unread = pipe(65536, 0);
        at(new PipeEnd(id(), WRONLY | APPEND, FileOwner.NONE, unread.id()), 6);
        at(new PipeEnd(id(), WRONLY | LARGE, FileOwner.NONE, unread.id()), 7);
        assertRoundTrip();
    }

    @Test
    void fifosKeepBytesAndEnds() throws Exception {
        Path path = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
        FileIdentity file = identity(path).accessedAt(5_000_000_007L);
        Pipe pipe = pipe(65536, 0, "in the fifo".getBytes(StandardCharsets.UTF_8));
        at(new FifoEnd(id(), RDONLY | LARGE, FileOwner.NONE, file, pipe.id()), 3);
        at(new FifoEnd(id(), WRONLY | LARGE | NONBLOCK, FileOwner.NONE, file, pipe.id()), 5);
        roundTrip();
        assertThat(now.subList(0, 3)).containsExactlyInAnyOrderElementsOf(objects);
    }

    @Test
    void countersTimersAndMasksComeBack() throws Exception {
        at(new EventFd(id(), RDWR, FileOwner.NONE, -2, false), 3);
        at(new EventFd(id(), RDWR | NONBLOCK, FileOwner.NONE, 1L << 40, true), 4);
        at(new SignalFd(id(), RDWR | NONBLOCK, FileOwner.NONE, 1L << 9 | 1L << 63), 5);
        at(new TimerFd(id(), RDWR, FileOwner.NONE, 1, 0, 3, 0, 0), 6);
        at(new TimerFd(id(), RDWR, FileOwner.NONE, 0, 0, 0, 0, 0), 7);
        TimerFd relative = new TimerFd(id(), RDWR, FileOwner.NONE, 7, 0, 5, HOUR, 2 * HOUR);
        TimerFd absolute = new TimerFd(id(), RDWR, FileOwner.NONE, 0, 1, 0, HOUR, 0);
        at(relative, 8);
        at(absolute, 9);
        TimerFd fast = at(new TimerFd(id(), RDWR, FileOwner.NONE, 1, 0, 1000, 1, 1000), 10); // nobody reads its ticks
        roundTrip();
        assertThat(now.subList(0, 5)).isEqualTo(objects.subList(0, 5));
        assertThat(((TimerFd) now.get(objects.indexOf(fast))).ticks()).isGreaterThan(1001);
        for (TimerFd timer : List.of(relative, absolute)) {
            TimerFd found = (TimerFd) now.get(objects.indexOf(timer));
            assertThat(found)
                    .usingRecursiveComparison()
                    .ignoringFields("remainingNanos")
                    .isEqualTo(timer);
            assertThat(found.remainingNanos()).isBetween(HOUR - 60_000_000_000L, HOUR);
        }
    }

    @Test
    void epollMembersKeepStateNumberAndNesting() throws Exception {
        Pipe pipe = pipe(65536, 0);
        PipeEnd reader = at(new PipeEnd(id(), RDONLY, FileOwner.NONE, pipe.id()), 3);
        PipeEnd writer = at(new PipeEnd(id(), WRONLY, FileOwner.NONE, pipe.id()), 4);
        EventFd event = at(new EventFd(id(), RDWR, FileOwner.NONE, 1, false), 5);
        TimerFd timer = at(new TimerFd(id(), RDWR, FileOwner.NONE, 1, 0, 0, 0, 0), 6);
        SignalFd signals = at(new SignalFd(id(), RDWR, FileOwner.NONE, 1), 7);
        ObjectId outer = id();
        ObjectId inner = id();
        Epoll innerSet = new Epoll(
                inner,
                RDWR,
                FileOwner.NONE,
                List.of(
                        new EpollMember(3, reader.id(), ONE_SHOT, 1), // had its shot
                        new EpollMember(4, writer.id(), ONE_SHOT | EDGE, 2),
                        new EpollMember(5, event.id(), IN | ERR_HUP | EDGE, -1),
                        new EpollMember(6, timer.id(), ONE_SHOT, 4),
                        new EpollMember(7, signals.id(), IN | ERR_HUP | EXCLUSIVE, 5),
                        new EpollMember(8, event.id(), IN | OUT | ERR_HUP, 6), // 8 is another file by now
                        new EpollMember(100, timer.id(), IN | ERR_HUP | ONE_SHOT, 7))); // closed
        Epoll outerSet =
                new Epoll(outer, RDWR | NONBLOCK, FileOwner.NONE, List.of(new EpollMember(9, inner, IN | ERR_HUP, 8)));
        objects.add(innerSet);
        objects.add(outerSet);
        descriptors.add(new Descriptor(8, true, outer));
        descriptors.add(new Descriptor(9, false, inner));
        assertRoundTrip();
    }

    @Test
    void inotifyWatchesKeepTheirNumbers() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        Path other = Files.writeString(directory.resolve("other"), "");
        at(
                new Inotify(
                        id(),
                        RDONLY | NONBLOCK,
                        FileOwner.NONE,
                        List.of(
                                new InotifyWatch(1, file.toString(), 2),
                                new InotifyWatch(5, directory.toString(), 0x300),
                                new InotifyWatch(30_000, other.toString(), 0x80000002))),
                3);
        at(new Inotify(id(), RDONLY, FileOwner.NONE, List.of()), 4);
        assertRoundTrip();
    }

    @Test
    void memfdsAreSharedSealedAndReopened() throws Exception {
        MemoryObject memory = memory("a b", 3 * 4096 + 5, 0x1 | 0x2 | 0x8, 0640, new PageRun(4096, 1));
        at(new MemFd(id(), RDWR | LARGE, FileOwner.NONE, memory.id(), 4), 3);
        at(new MemFd(id(), RDONLY | LARGE | NONBLOCK, FileOwner.NONE, memory.id(), 9), 4);
        MemoryObject plain = memory("", 0, 1, 0777);
        at(new MemFd(id(), RDWR | LARGE, FileOwner.NONE, plain.id(), 0), 5);
        assertRoundTrip();
    }

    @Test
    void socketsKeepAddressBacklogAndOptions() throws Exception {
        List<SocketOption> tcp = List.of(
                number(0, 1, 8), // IP_TOS
                number(1, 2, 1), // SO_REUSEADDR
                number(1, 7, 200_000), // SO_SNDBUF
                number(1, 8, 100_000), // SO_RCVBUF
                number(1, 9, 1), // SO_KEEPALIVE
                number(1, 12, 3), // SO_PRIORITY
                number(1, 72, 3), // SO_BUF_LOCK
                number(6, 4, 123)); // TCP_KEEPIDLE
        at(
                new Socket(
                        id(),
                        RDWR | NONBLOCK,
                        FileOwner.NONE,
                        2,
                        1,
                        6,
                        Socket.State.LISTENING,
                        Bytes.of(
                                (byte) 2,
                                (byte) 0,
                                (byte) 0xab,
                                (byte) 0xcd,
                                (byte) 127,
                                (byte) 0,
                                (byte) 0,
                                (byte) 1,
                                (byte) 0,
                                (byte) 0,
                                (byte) 0,
                                (byte) 0,
                                (byte) 0,
                                (byte) 0,
                                (byte) 0,
                                (byte) 0),
                        33,
                        Socket.NO_FILE,
                        Ownership.ROOT,
                        tcp,
                        INET),
                3);
        at(
                new Socket(
                        id(),
                        RDWR,
                        FileOwner.NONE,
                        10,
                        2,
                        17,
                        Socket.State.UNBOUND,
                        Bytes.empty(),
                        0,
                        Socket.NO_FILE,
                        new Ownership(1000, 1000),
                        List.of(number(41, 26, 1)),
                        INET),
                4);
        byte[] name = "\1\0\0reprise test".getBytes(StandardCharsets.ISO_8859_1);
        at(
                new Socket(
                        id(),
                        RDWR,
                        FileOwner.NONE,
                        1,
                        5,
                        0,
                        Socket.State.LISTENING,
                        Bytes.of(name),
                        7,
                        Socket.NO_FILE,
                        Ownership.ROOT,
                        List.of(),
                        unix(UnixSocket.Place.NONE)),
                5);
        assertRoundTrip();
    }

    @Test
    void aSocketFileIsReplaced() throws Exception {
        Path path = directory.resolve("socket");
        byte[] name = ("\1\0" + path + "\0").getBytes(StandardCharsets.ISO_8859_1);
        FileIdentity file = new FileIdentity(path.toString(), 0, 0, 0, 0, 0140640, "");
        at(
                new Socket(
                        id(),
                        RDWR,
                        FileOwner.NONE,
                        1,
                        2,
                        0,
                        Socket.State.BOUND,
                        Bytes.of(name),
                        0,
                        file,
                        new Ownership(5, 6),
                        List.of(),
                        unix(UnixSocket.Place.NAMED)),
                3);
        roundTrip();
        roundTrip(); // the first one's file is still there
        Socket found = (Socket) now.getFirst();
        assertThat(found.localAddress()).isEqualTo(Bytes.of(name));
        assertThat(found.ownership()).isEqualTo(new Ownership(5, 6));
        assertThat(found.boundFile().mode()).isEqualTo(0140640);
    }

    @Test
    void ownersAreSetWithTheirSignal() throws Exception {
        Pipe pipe = pipe(65536, 0);
        Process owned = new ProcessBuilder("sleep", "60").start(); // the signal comes when the pipe goes
        FileOwner owner = new FileOwner(1, (int) owned.pid(), 37, 0, 0);
        at(new PipeEnd(id(), RDONLY | NONBLOCK | 020000, owner, pipe.id()), 3);
        assertRoundTrip();
        owned.destroyForcibly();
    }

    @Test
    void anEmptyTableIsEmptyAgain() throws Exception {
        assertRoundTrip();
    }

    @Test
    void thousandsOfDescriptorsTakeTheirTimeOnce() throws Exception {
        List<EpollMember> members = new ArrayList<>();
        for (int number = 3; number < 1003; number++) {
            EventFd event = at(new EventFd(id(), RDWR, FileOwner.NONE, number, false), number);
            members.add(new EpollMember(number, event.id(), IN | ERR_HUP, number));
        }
        at(new Epoll(id(), RDWR, FileOwner.NONE, members), 1003);
        assertRoundTrip();
    }

    private List<SharedObject> now = List.of();
    private FdTable table = new FdTable(ObjectId.NONE, List.of(), List.of());

    private void assertRoundTrip() throws Exception {
        roundTrip();
        assertThat(table.descriptors()).isEqualTo(descriptors);
        assertThat(now.subList(0, now.size() - 1)).containsExactlyInAnyOrderElementsOf(objects);
    }

    private FdTable roundTrip() throws Exception {
        FdTable wanted = new FdTable(new ObjectId(ids + 1), descriptors, locks);
        try (ChildRun child = DescriptorChild.of(image(wanted), wanted);
                AddressSpaces spaces = new AddressSpaces(Map.of());
                DescriptorCapture capture = new DescriptorCapture(ProcessSet.alone(child.pid()))) {
            assertThat(capture.look()).isEmpty();
            ObjectTable found = new ObjectTable();
            ProcessSet set = ProcessSet.alone(child.pid());
            capture.take(
                    set,
                    Sharing.of(Kcmp.FILES, set.members()),
                    Map.of(),
                    IdLevel.of(child.pid()),
                    new ChangeGuard(Map.of(), SeccompCapture.of(List.of())),
                    new FaultServers(List.of(), spaces, SeccompCapture.of(List.of())),
                    found);
            table = (FdTable) found.objects().getLast();
            now = new Renumbered(found.objects(), table, objects, descriptors).objects();
            table = (FdTable) now.getLast();
            return table;
        }
    }

    private Image image(FdTable wanted) throws KernelException {
        List<SharedObject> all = new ArrayList<>(objects);
        all.add(wanted);
        String[] uptime = Proc.text("/proc/uptime").split(" ", 2);
        long boot = (long) (Double.parseDouble(uptime[0]) * 1e9);
        long real = System.currentTimeMillis() * 1_000_000;
        Machine machine = new Machine("x86-64", 4096, "", 0, Bytes.empty(), "", boot, boot, real, 0, 0);
        return new Image(machine, all, List.<ProcessState>of());
    }

    private ObjectId id() {
        return new ObjectId(++ids);
    }

    private <T extends OpenFile> T at(T file, int number) {
        objects.add(file);
        descriptors.add(new Descriptor(number, number % 2 == 1, file.id()));
        return file;
    }

    private void at(int number, RegularFile file) {
        at(file, number);
    }

    private void sortDescriptors() {
        descriptors.sort((a, b) -> Integer.compare(a.number(), b.number()));
    }

    private Pipe pipe(int capacity, int uid, byte[]... unread) {
        Pipe pipe = new Pipe(
                id(),
                capacity,
                new Ownership(uid, uid),
                Arrays.stream(unread).map(Bytes::of).toList());
        objects.add(pipe);
        return pipe;
    }

    private MemoryObject memory(String name, long size, int seals, int mode, PageRun... runs) {
        MemoryObject memory = new MemoryObject(
                id(), MemoryObject.Kind.MEMFD, name, size, seals, mode, new Ownership(7, 8), TIMES, List.of(runs));
        objects.add(memory);
        return memory;
    }

    private static UnixSocket unix(UnixSocket.Place place) {
        return new UnixSocket(
                place, ObjectId.NONE, Bytes.empty(), 0, 0, SocketCredentials.NONE, List.of(), List.of(), Bytes.empty());
    }

    private static SocketOption number(int level, int name, int value) {
        return new SocketOption(
                level,
                name,
                Bytes.of(ByteBuffer.allocate(4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(value)
                        .array()));
    }

    private static FileIdentity identity(Path path) throws KernelException {
        FileStatus status = FileStatus.ofLink(path.toString());
        return new FileIdentity(
                path.toString(),
                (int) status.device(),
                status.inode(),
                status.size(),
                status.mtimeNanos(),
                status.mode(),
                "");
    }
}
