package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_lseek;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.BpfMap;
import dev.reprise.image.state.DeletedFile;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.DeviceFile;
import dev.reprise.image.state.DirectoryFile;
import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.EventFd;
import dev.reprise.image.state.Fanotify;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.FileLock;
import dev.reprise.image.state.HungUpTerminal;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Inotify;
import dev.reprise.image.state.IoUring;
import dev.reprise.image.state.MemFd;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.OutsideFile;
import dev.reprise.image.state.PathFile;
import dev.reprise.image.state.PipeEnd;
import dev.reprise.image.state.PosixQueue;
import dev.reprise.image.state.ProcFile;
import dev.reprise.image.state.ProcessFd;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.Pseudoterminal;
import dev.reprise.image.state.PseudoterminalEnd;
import dev.reprise.image.state.RegularFile;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.SignalFd;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.TerminalFile;
import dev.reprise.image.state.TimerFd;
import dev.reprise.image.state.Userfaultfd;
import dev.reprise.kernel.Fcntl;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The descriptors of a process, made anew by its leader.
 *
 * <p>{@link #create} stands where only inherited descriptors and temporaries are open, before the fs context (relative
 * names of sockets) and before the memory files are finished; {@link #finish} after the credentials: owners
 * of signals and the peers' view of a listening socket are those of who makes the call.
 */
final class FdTableRebuild {
    private final Image image;
    private final FdTable table;
    private final DescriptorOptions options;
    private final OpenFiles files;
    private final RemovedDirectories removed = new RemovedDirectories();
    private final Set<ObjectId> pipesDone = new HashSet<>();
    private final Map<Integer, Slot> indexes = new TreeMap<>();

    FdTableRebuild(Image image, FdTable table, TableShare share, DescriptorOptions options) {
        this.image = image;
        this.table = table;
        this.options = options;
        this.files = new OpenFiles(image, table, share, options.above());
    }

    /**
     * @param above the lowest number for temporaries: above the table's highest, all that is inherited and all common numbers
     * @param sameClock whether monotonic and boot time go on where they were (same boot, or a time namespace)
     * @param truncate whether files that have grown are cut back
     */
    record DescriptorOptions(InheritedStreams streams, int above, boolean sameClock, boolean truncate) {}

    /** The lowest number that no descriptor of the table has reached. */
    static int above(FdTable table) {
        return table.descriptors().isEmpty() ? 0 : table.descriptors().getLast().number() + 1;
    }

    /** What must be verified before anything is started. */
    List<FileCheck> checks() {
        return FileChecks.of(files);
    }

    /** Adds all open files and descriptors. */
    void create(ProgramBuilder p, MemoryFiles memory) {
        TimerFdRebuild timers = timers(p);
        EpollRebuild sets = new EpollRebuild(p, files, timers);
        StreamRebuild streams = new StreamRebuild(p, files, options.streams());
        SocketRebuild sockets = new SocketRebuild(p, files);
        DescriptorLimit.raise(p);
        files.takeInherited(p);
        for (OpenFile file : files.inherited()) {
            if (file instanceof DirectoryFile directory && directory.file().isDeleted()) {
                removed.add(directory.file(), files.numberOf(directory));
            }
        }
        for (OpenFile file : files.all()) {
            create(p, file, memory, streams, timers, sets, sockets);
        }
        sockets.connect();
        for (Epoll set : files.all(Epoll.class)) {
            sets.addMembers(set, member -> !isLate(member));
        }
        for (OpenFile file : files.all()) {
            if (hasOwner(file) && !isLate(file)) {
                OwnerRebuild.setForUser(p, files, file);
            }
        }
        for (OpenFile file : files.onlySent()) {
            owner(p, file);
            mark(p, file);
            watch(p, file);
        }
    }

    private void watch(ProgramBuilder p, OpenFile file) {
        if (file instanceof Inotify inotify) {
            new InotifyRebuild(p, files).watch(inotify);
        }
    }

    private void mark(ProgramBuilder p, OpenFile file) {
        if (file instanceof Fanotify group) {
            new FanotifyRebuild(p, files).mark(group);
        }
    }

    private void owner(ProgramBuilder p, OpenFile file) {
        if (hasOwner(file)) {
            OwnerRebuild.set(p, files, file);
        }
    }

    private static boolean hasOwner(OpenFile file) {
        boolean path = (file.flags() & Fcntl.O_PATH) != 0;
        return !(file instanceof TerminalFile || file instanceof HungUpTerminal || file instanceof OutsideFile || path);
    }

    private boolean isLate(OpenFile file) {
        return LateFiles.isOne(file, image);
    }

    private void create(
            ProgramBuilder p,
            OpenFile file,
            MemoryFiles memory,
            StreamRebuild streams,
            TimerFdRebuild timers,
            EpollRebuild sets,
            SocketRebuild sockets) {
        NamedFileRebuild named = new NamedFileRebuild(p, files);
        switch (file) {
            case RegularFile regular -> {
                if (regular.goneName().isEmpty()) {
                    named.openAt(regular, regular.file(), regular.offset());
                } else {
                    named.openUnderGoneName(regular);
                }
                if (options.truncate()) {
                    named.truncate(regular);
                }
            }
            case DirectoryFile directory -> {
                if (directory.file().isDeleted()) {
                    named.openRemoved(directory, removed.numberOf(directory.file()));
                    removed.add(directory.file(), files.numberOf(directory));
                } else {
                    named.openAt(directory, directory.file(), directory.offset());
                }
            }
            case PathFile path -> named.open(path, path.file());
            case DeviceFile device -> {
                if (device.file().isDeleted()) {
                    named.openRemoved(device);
                } else {
                    named.open(device, device.file());
                }
                p.attempt(SYS_lseek, files.numberOf(device), device.offset(), 0);
            }
            case TerminalFile terminal -> streams.attach(terminal);
            case OutsideFile outside -> streams.attach(outside);
            case PipeEnd end -> pipe(p, end);
            case FifoEnd end -> fifo(p, end);
            case PseudoterminalEnd end -> terminal(p, end);
            case HungUpTerminal terminal -> new PseudoterminalRebuild(p, files).createHungUp(terminal);
            case EventFd event -> new CounterRebuild(p, files).eventFd(event);
            case SignalFd signals -> new CounterRebuild(p, files).signalFd(signals);
            case TimerFd timer -> timers.create(timer);
            case Epoll set -> sets.create(set);
            case Fanotify group -> new FanotifyRebuild(p, files).create(group);
            case Inotify inotify -> new InotifyRebuild(p, files).create(inotify);
            case MemFd memFd -> new MemFdRebuild(p, files).create(memFd, memory.descriptor(memFd.memory()));
            case DeletedFile deleted -> DeletedFileRebuild.open(p, files, deleted, memory.number(deleted.memory()));
            case PosixQueue queue -> {
                if (!queue.file().isDeleted()) {
                    new PosixQueueRebuild(p, files).open(queue);
                } else if (removed.numberOf(queue.file()) < 0) {
                    new PosixQueueRebuild(p, files).openUnlinked(allOf(queue));
                    removed.add(queue.file(), files.numberOf(queue));
                }
            }
            case ProcFile _ -> {} // late, like some of the next
            case ProcessFd process -> {
                if (!LateFiles.isOne(process, image)) {
                    ProcessFdRebuild.open(p, files, process);
                }
            }
            case Socket socket -> sockets.create(socket);
            case IoUring ring -> new IoUringRebuild(p, files).create(ring);
            case BpfMap map -> new BpfMapRebuild(p, files).create(map);
            case Userfaultfd faults -> {
                requireOwnMemory(faults);
                new UserfaultfdRebuild(p, files).create(faults);
            }
        }
    }

    /** Adds, in the thread's own program: io_urings that only it may use are as they were; in the leader's, all that anybody may. */
    void settleRings(ProgramBuilder p, int tid, boolean isLeader) {
        for (OpenFile file : files.finished()) {
            if (file instanceof IoUring ring && IoUringRebuild.isOf(ring, tid, isLeader)) {
                new IoUringRebuild(p, files).settle(ring);
            }
        }
    }

    /** Adds, in a process's own program: it is told of the next messages of queues. */
    void registerNotifications(ProgramBuilder p, int pid) {
        Set<Long> done = new HashSet<>(); // one open file of each queue is enough
        for (Descriptor descriptor : table.descriptors()) {
            if (image.object(descriptor.openFile(), SharedObject.class) instanceof PosixQueue queue
                    && queue.notification().pid() == pid
                    && done.add(queue.file().inode())) {
                new PosixQueueRebuild(p, files).register(queue);
            }
        }
    }

    // It serves whom it is made by.
    private void requireOwnMemory(Userfaultfd faults) {
        for (ProcessState process : image.processes()) {
            if (process.fdTable().equals(table.id()) && process.addressSpace().equals(faults.space())) {
                return;
            }
        }
        throw new IllegalArgumentException(
                "a userfaultfd of another process's memory: " + faults.id().value());
    }

    /** Adds what can only be opened when all tasks are there; what watches others' files. */
    void createLate(ProgramBuilder p) {
        for (ProcFile file : files.all(ProcFile.class)) {
            ProcFileRebuild.open(p, files, file);
        }
        for (ProcessFd file : files.all(ProcessFd.class)) {
            if (LateFiles.isOne(file, image)) {
                ProcessFdRebuild.open(p, files, file);
            }
        }
        EpollRebuild sets = new EpollRebuild(p, files, timers(p));
        for (Epoll set : files.all(Epoll.class)) {
            sets.addMembers(set, member -> isLate(member));
        }
        for (OpenFile file : files.finished()) {
            if (!files.onlySent().contains(file)) {
                watch(p, file);
            }
        }
    }

    private boolean isLate(EpollMember member) {
        return LateFiles.isOne(image.object(member.target(), SharedObject.class), image);
    }

    /** The directories without a name that descriptors lead to. */
    RemovedDirectories removed() {
        return removed;
    }

    private List<PosixQueue> allOf(PosixQueue queue) {
        return files.all(PosixQueue.class).stream()
                .filter(other -> other.file().inode() == queue.file().inode())
                .toList();
    }

    private void pipe(ProgramBuilder p, PipeEnd end) {
        if (pipesDone.add(end.pipe())) {
            new PipeRebuild(p, files).pipe(files.pipe(end.pipe()), files.endsOf(end.pipe()));
        }
    }

    private void fifo(ProgramBuilder p, FifoEnd end) {
        if (pipesDone.add(end.pipe())) {
            new PipeRebuild(p, files).fifo(files.pipe(end.pipe()), end.file(), files.endsOf(end.pipe()));
        }
    }

    private void terminal(ProgramBuilder p, PseudoterminalEnd end) {
        if (end.isControlling()) {
            new PseudoterminalRebuild(p, files).openControlling(end, masterOf(end.terminal()));
        } else if (pipesDone.add(end.terminal())) {
            List<PseudoterminalEnd> ends = files.endsOf(end.terminal()).stream()
                    .map(PseudoterminalEnd.class::cast)
                    .toList();
            Pseudoterminal terminal = image.object(end.terminal(), Pseudoterminal.class);
            indexes.put(terminal.index(), new PseudoterminalRebuild(p, files).create(terminal, ends));
        }
    }

    private ObjectId masterOf(ObjectId terminal) {
        for (SharedObject object : image.objects()) {
            if (object instanceof PseudoterminalEnd end
                    && end.master()
                    && end.terminal().equals(terminal)) {
                return end.id();
            }
        }
        throw new IllegalArgumentException("no master of terminal " + terminal.value());
    }

    /** Lines about terminals that have another name now, from the results of the program of {@link #create}. */
    List<String> warnings(ProgramResults results) {
        List<String> warnings = new ArrayList<>(0);
        indexes.forEach((wanted, slot) -> {
            int index = results.slot(slot).get(JAVA_INT, 0);
            if (index != wanted) {
                warnings.add("terminal /dev/pts/" + wanted + " is /dev/pts/" + index + " now: its old name is in use");
            }
        });
        return warnings;
    }

    /** A number at which a session leader finds the master of a terminal. */
    int numberOf(ObjectId file) {
        return files.numberOf(file);
    }

    private TimerFdRebuild timers(ProgramBuilder p) {
        return new TimerFdRebuild(p, files, image.machine(), options.sameClock());
    }

    /** Arms timers; sets terminals up; adds locks, owners and O_ASYNC; listens again; marks files for fanotify; registers memory. */
    void finish(ProgramBuilder p) {
        for (FileLock lock : table.locks()) {
            LockRebuild.take(p, lock);
        }
        TimerFdRebuild timers = timers(p);
        SocketRebuild sockets = new SocketRebuild(p, files);
        for (OpenFile file : files.finished()) {
            owner(p, file);
            if (file instanceof TerminalFile terminal) {
                StreamRebuild.set(p, files.numberOf(terminal), terminal.settings());
            } else if (file instanceof TimerFd timer) {
                timers.armLate(timer);
            } else if (file instanceof Socket socket) {
                sockets.listenAgain(socket);
            }
        }
        for (OpenFile file : files.finished()) {
            mark(p, file);
            if (file instanceof DirectoryFile directory && directory.notices() != 0) {
                p.call(
                                SYS_fcntl,
                                files.numberOf(directory),
                                Fcntl.F_NOTIFY,
                                Integer.toUnsignedLong(directory.notices()))
                        .about("notices of " + directory.file().path());
            }
        }
        for (OpenFile file : files.finished()) {
            if (file instanceof Userfaultfd faults) {
                AddressSpace space = image.object(faults.space(), AddressSpace.class);
                new UserfaultfdRebuild(p, files).register(faults, space);
            }
        }
    }
}
