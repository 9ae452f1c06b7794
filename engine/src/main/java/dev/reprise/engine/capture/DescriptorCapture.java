package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FileLock;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.FdInfo;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.PidFd;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors of a process and everything behind them.
 *
 * <p>{@link #look} or at least {@link #lookAround} before the freeze, {@link #take} in it; {@link #close} when the contents of the memory files are
 * read.
 */
final class DescriptorCapture implements AutoCloseable {
    private static final List<OpenFileCapture> KINDS = List.of(
            new PosixQueueCapture(), // before files, which queues look like
            new DeletedFileCapture(), // even when it is open with O_PATH
            new ProcFileCapture(), // likewise
            new PathCapture(), // whatever is open with O_PATH, of any type
            new MemFdCapture(), // before regular files, which memfds are
            new RegularFileCapture(),
            new DirectoryCapture(),
            new DeviceCapture(),
            new TerminalCapture(),
            new PipeCapture(), // before FIFOs: one file type
            new FifoCapture(),
            new SocketCapture(),
            new EventFdCapture(),
            new TimerFdCapture(),
            new SignalFdCapture(),
            new EpollCapture(),
            new InotifyCapture(),
            new ProcessFdCapture(),
            new UnknownCapture());

    /** A descriptor as it was seen, not opened yet. */
    private record Seen(int number, String link, FdInfo info) {}

    private final int pid;
    private final MemoryObjectCapture memory = new MemoryObjectCapture();
    private OutsideHolders outside = OutsideHolders.NOBODY;

    DescriptorCapture(int pid) {
        this.pid = pid;
    }

    /** Everything among the descriptors that cannot be saved; touches nothing. */
    List<Refusal> look() throws KernelException {
        lookAround();
        DescriptorLook look = look(seen(), new ObjectTable());
        try (PidFd process = PidFd.open(pid)) {
            for (Descriptions.Description one : look.descriptions().all()) {
                try (LiveDescriptor d = open(process, one)) {
                    kindOf(d).look(d, look);
                } catch (KernelException closed) {
                    Gone.requireGone(closed);
                }
            }
        }
        return look.refusals();
    }

    /** Finds out what other processes have open, too: before the freeze, since it reads all of /proc. */
    void lookAround() throws KernelException {
        outside = OutsideHolders.of(pid, look(seen(), new ObjectTable()).descriptions());
    }

    /**
     * The table, added to {@code objects} behind all it refers to; everything is frozen.
     *
     * @throws CannotCapture what has changed since {@link #look}
     */
    FdTable take(ObjectTable objects) throws KernelException, CannotCapture {
        List<Seen> seen = seen();
        DescriptorLook look = look(seen, objects);
        DescriptorTake take = new DescriptorTake(look, objects, memory);
        List<Epoll> sets = new ArrayList<>();
        try (PidFd process = PidFd.open(pid)) {
            for (Descriptions.Description one : look.descriptions().all()) {
                try (LiveDescriptor d = open(process, one)) {
                    OpenFile file = takeIfClear(d, one.id(), take);
                    if (file instanceof Epoll set) {
                        sets.add(set);
                    } else if (file != null) {
                        objects.add(file);
                    }
                }
            }
        }
        if (!look.refusals().isEmpty()) {
            throw new CannotCapture(look.refusals());
        }
        for (Epoll set : EpollOrder.innerFirst(sets)) {
            objects.add(set);
        }
        FdTable table = table(seen, look.descriptions(), objects.newId());
        objects.add(table);
        return table;
    }

    private static @Nullable OpenFile takeIfClear(LiveDescriptor d, ObjectId id, DescriptorTake take)
            throws KernelException {
        OpenFileCapture kind = kindOf(d);
        kind.look(d, take.look());
        return take.look().isClear() ? kind.take(d, id, take) : null;
    }

    private List<Seen> seen() throws KernelException {
        List<Seen> seen = new ArrayList<>();
        for (int number : Proc.numbers("/proc/" + pid + "/fd")) {
            try {
                seen.add(new Seen(number, Proc.link("/proc/" + pid + "/fd/" + number), FdInfo.of(pid, number)));
            } catch (KernelException closed) {
                Gone.requireGone(closed);
            }
        }
        return seen;
    }

    private DescriptorLook look(List<Seen> seen, ObjectTable objects) throws KernelException {
        Descriptions descriptions = new Descriptions(pid);
        for (Seen one : seen) {
            try {
                descriptions.add(one.number(), one.link(), one.info(), objects);
            } catch (KernelException closed) {
                Gone.requireGone(closed);
            }
        }
        return new DescriptorLook(pid, outside, descriptions, OwnTerminals.of(pid));
    }

    private LiveDescriptor open(PidFd process, Descriptions.Description one) throws KernelException {
        return LiveDescriptor.open(process, pid, one.number(), one.link(), one.info());
    }

    private static OpenFileCapture kindOf(LiveDescriptor d) {
        for (OpenFileCapture kind : KINDS) {
            if (kind.recognizes(d)) {
                return kind;
            }
        }
        throw new IllegalStateException("the last kind recognizes all");
    }

    private static FdTable table(List<Seen> seen, Descriptions descriptions, ObjectId id) {
        List<Descriptor> descriptors = new ArrayList<>();
        List<FileLock> locks = new ArrayList<>();
        for (Seen one : seen) {
            descriptors.add(new Descriptor(one.number(), one.info().closeOnExec(), descriptions.idOf(one.number())));
            if (descriptions.isFirst(one.number())) {
                locks.addAll(FileLocks.of(one.number(), one.info().lines()));
            }
        }
        return new FdTable(id, descriptors, locks);
    }

    /** The memory objects that {@link #take} added (memfds not known by {@link DeviceInode}), open for reading. */
    List<MemoryFile> memoryFiles() {
        return memory.files();
    }

    @Override
    public void close() {
        memory.close();
    }
}
