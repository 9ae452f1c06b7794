package dev.reprise.engine.capture;

import dev.reprise.engine.model.OutsideLinks;
import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.IoUring;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.PidFd;
import dev.reprise.kernel.Sockets;
import dev.reprise.kernel.Uffd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors of the processes of a set and everything behind them.
 *
 * <p>{@link #look} or at least {@link #lookAround} before the freeze, {@link #take} in it; {@link #close} when the contents of the memory files are
 * read.
 */
final class DescriptorCapture implements AutoCloseable {
    private static final List<OpenFileCapture> KINDS = List.of(
            new PosixQueueCapture(), // before files, which queues look like
            new DeletedFileCapture(), // even when it is open with O_PATH
            new ProcFileCapture(), // likewise
            new NamespaceFileCapture(), // likewise
            new PathCapture(), // whatever is open with O_PATH, of any type
            new MemFdCapture(), // before regular files, which memfds are
            new RegularFileCapture(),
            new DirectoryCapture(),
            new DeviceCapture(),
            new PseudoterminalCapture(),
            new TerminalCapture(),
            new PipeCapture(), // before FIFOs: one file type
            new FifoCapture(),
            new SocketCapture(),
            new EventFdCapture(),
            new TimerFdCapture(),
            new SignalFdCapture(),
            new EpollCapture(),
            new InotifyCapture(),
            new FanotifyCapture(),
            new ProcessFdCapture(),
            new IoUringCapture(),
            new UserfaultfdCapture(),
            new BpfMapCapture(),
            new UnknownCapture());

    private static final OpenFileCapture INHERITED = new InheritedCapture();

    private final ProcessSet set;
    private final OutsideLinks links;
    private final MemoryObjectCapture memory = new MemoryObjectCapture();
    private final LiveConnections connections = new LiveConnections();
    private final LockedInodes locked = new LockedInodes();
    private OutsideHolders outside = OutsideHolders.NOBODY;
    private final IoUrings rings = new IoUrings();
    private final KernelView kernel = new KernelView();
    private final Map<Integer, Set<Long>> openRings = new HashMap<>();
    private boolean servesFaults;

    /** Of the processes as they are before the freeze. */
    DescriptorCapture(ProcessSet set) {
        this(set, OutsideLinks.NONE);
    }

    DescriptorCapture(ProcessSet set, OutsideLinks links) {
        this.set = set;
        this.links = links;
    }

    /** Everything among the descriptors that cannot be saved; touches nothing. */
    List<Refusal> look() throws KernelException {
        Descriptions descriptions = SeenTables.running(set).descriptions(new ObjectTable());
        outside = OutsideHolders.of(set, descriptions);
        DescriptorLook look = look(set, descriptions, false);
        look.requireKnownKeys();
        try (Processes processes = new Processes()) {
            for (Descriptions.Description one : look.descriptions().all()) {
                servesFaults |= one.link().equals(Uffd.LINK);
                if (one.link().equals(IoUring.LINK)) {
                    for (int holder : look.descriptions().holders(one.id())) {
                        openRings
                                .computeIfAbsent(holder, _ -> new HashSet<>())
                                .add(one.info().inode());
                    }
                }
                try (LiveDescriptor d = processes.open(one)) {
                    lookAt(d, look);
                } catch (KernelException closed) {
                    Gone.requireGone(closed);
                }
            }
        }
        return look.refusals();
    }

    // It runs: what it renames or puts under another number meanwhile is nothing to complain about. When it is frozen,
    // all is looked at again.
    private static void lookAt(LiveDescriptor d, DescriptorLook look) throws KernelException {
        if (d.isAsSeen()) {
            int before = look.refusals().size();
            kindOf(d, look).look(d, look);
            if (look.refusals().size() > before && !d.isAsSeen()) {
                look.forgetSince(before);
            }
        }
    }

    /** Whether {@link #look} has found a userfaultfd. */
    boolean servesFaults() {
        return servesFaults;
    }

    /** The io_urings, by their inodes, that {@link #look} has found open in a process (by a thread of it that lives). */
    Set<Long> openRings(int tid) {
        return openRings.getOrDefault(tid, Set.of());
    }

    /** Finds out, before the freeze, what takes long: what processes outside have open, too, and how io_urings are laid out where there are some. */
    void lookAround() throws KernelException {
        Descriptions descriptions = SeenTables.running(set).descriptions(new ObjectTable());
        outside = OutsideHolders.of(set, descriptions);
        if (descriptions.all().stream().anyMatch(one -> one.link().equals(IoUring.LINK))) {
            rings.learn();
        }
    }

    /** Everything is frozen, and {@link #take} follows: what takes time by itself begins. */
    void begin(ProcessSet frozen) {
        if (frozen.members().size() > 1) {
            locked.begin();
        }
    }

    /**
     * The tables, by process, added to {@code objects} behind all they refer to; everything is frozen. Processes that
     * share one (CLONE_FILES) have the same. {@code numbers}: what processes have told of theirs, by process.
     *
     * @throws CannotCapture what has changed since {@link #look}
     */
    Map<Integer, ObjectId> take(
            ProcessSet frozen,
            Sharing sharing,
            Map<Integer, OpenNumbers> numbers,
            IdLevel level,
            ChangeGuard guard,
            FaultServers faults,
            ObjectTable objects)
            throws KernelException, CannotCapture {
        SeenTables seen = SeenTables.frozen(frozen, sharing, numbers);
        DescriptorLook look = look(frozen, seen.descriptions(objects), true);
        look.requireKnownKeys();
        takeFiles(look, objects, level, guard, faults);
        Map<Integer, ObjectId> tables = seen.take(look.descriptions(), numbers, locked, objects);
        for (Member member : frozen.members()) {
            tables.put(member.pid(), tables.getOrDefault(sharing.firstOf(member).pid(), ObjectId.NONE));
        }
        return tables;
    }

    private void takeFiles(
            DescriptorLook look, ObjectTable objects, IdLevel level, ChangeGuard guard, FaultServers faults)
            throws KernelException, CannotCapture {
        List<Epoll> sets = new ArrayList<>();
        try (Processes processes = new Processes();
                InFlight inFlight = new InFlight(look.descriptions(), objects)) {
            UnixQueues queues = new UnixQueues(look, inFlight, guard, level);
            readQueues(processes, look, queues);
            TcpQueues tcpQueues = new TcpQueues(processes::open, guard, look);
            DescriptorTake take = new DescriptorTake(
                    look, objects, memory, level, queues, tcpQueues, connections, guard, new ExpiredTimers(), faults);
            for (Descriptions.Description one : look.descriptions().all()) {
                try (LiveDescriptor d = processes.open(one)) {
                    OpenFile file = takeIfClear(d, one.id(), take);
                    if (file instanceof Epoll epoll) {
                        sets.add(epoll);
                    } else if (file != null) {
                        objects.add(file);
                    }
                }
            }
        }
        if (!look.refusals().isEmpty()) {
            throw new CannotCapture(look.refusals());
        }
        faults.requireAllServed();
        for (Epoll epoll : EpollOrder.innerFirst(sets)) {
            objects.add(epoll);
        }
    }

    // What is found in a queue may be a socket with a queue itself, so the list grows while it is gone through.
    private static void readQueues(Processes processes, DescriptorLook look, UnixQueues queues) throws KernelException {
        List<Descriptions.Description> all = look.descriptions().all();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).link().startsWith("socket:[")) {
                try (LiveDescriptor d = processes.open(all.get(i))) {
                    LiveSocket socket = d.isPathOnly() || look.isInherited(d) ? null : LiveSocket.of(d);
                    if (socket != null && socket.domain() == Sockets.AF_UNIX) {
                        queues.read(socket);
                    }
                }
            }
        }
    }

    private static @Nullable OpenFile takeIfClear(LiveDescriptor d, ObjectId id, DescriptorTake take)
            throws KernelException {
        OpenFileCapture kind = kindOf(d, take.look());
        kind.look(d, take.look());
        return take.look().isClear() ? kind.take(d, id, take) : null;
    }

    private DescriptorLook look(ProcessSet processes, Descriptions descriptions, boolean frozen)
            throws KernelException {
        return new DescriptorLook(
                processes, outside, descriptions, OwnTerminals.of(processes), frozen, links, rings, kernel);
    }

    /** The processes by descriptor: one is open, that of the last description; they come process by process. */
    private static final class Processes implements AutoCloseable {
        private @Nullable PidFd last;
        private int pid;

        LiveDescriptor open(Descriptions.Description one) throws KernelException {
            PidFd process = last;
            if (process == null || pid != one.pid()) {
                close();
                process = PidFd.open(one.pid());
                last = process;
                pid = one.pid();
            }
            return LiveDescriptor.open(process, one.pid(), one.number(), one.link(), one.info());
        }

        @Override
        public void close() {
            if (last != null) {
                last.close();
                last = null;
            }
        }
    }

    private static OpenFileCapture kindOf(LiveDescriptor d, DescriptorLook look) {
        if (look.isInherited(d)) {
            return INHERITED;
        }
        for (OpenFileCapture kind : KINDS) {
            if (kind.recognizes(d)) {
                return kind;
            }
        }
        throw new IllegalStateException("the last kind recognizes all");
    }

    /** The memory objects that {@link #take} added (memfds not known by {@link DeviceInode}), open for reading. */
    List<MemoryFile> memoryFiles() {
        return memory.files();
    }

    /** The processes are doomed: their connections are not to outlive them. */
    void forgetConnections() {
        connections.forget();
    }

    @Override
    public void close() {
        connections.close();
        memory.close();
    }
}
