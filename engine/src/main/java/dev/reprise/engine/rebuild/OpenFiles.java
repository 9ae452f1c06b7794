package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_dup3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.Pipe;
import dev.reprise.image.state.PipeEnd;
import dev.reprise.image.state.PseudoterminalEnd;
import dev.reprise.image.state.SharedObject;
import dev.reprise.kernel.Fcntl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The open files that the owner of one table makes, and how a new one gets to its numbers: those of the table and, if
 * others inherit it, the common one.
 *
 * <p>A system call returns the lowest free number, which may be wanted for another file, and dup3 of a number to itself
 * is an error: so each new file goes to a temporary number above all of the table's first.
 */
final class OpenFiles {
    /** The flags that F_SETFL changes. */
    static final int SETTABLE = Fcntl.O_APPEND | Fcntl.O_NONBLOCK | Fcntl.O_DIRECT | Fcntl.O_NOATIME;

    private final int above;
    private final TableShare share;
    private final Image image;
    private final Map<ObjectId, List<Descriptor>> descriptors = new LinkedHashMap<>();
    private final Map<Integer, ObjectId> byNumber = new HashMap<>();

    private final Map<ObjectId, List<OpenFile>> ends = new HashMap<>();

    /** {@code above}: the lowest number for temporaries, above the table's highest and all common ones. */
    OpenFiles(Image image, FdTable table, TableShare share, int above) {
        this.image = image;
        this.above = above;
        this.share = share;
        for (Descriptor descriptor : table.descriptors()) {
            descriptors
                    .computeIfAbsent(descriptor.openFile(), _ -> new ArrayList<>())
                    .add(descriptor);
            byNumber.put(descriptor.number(), descriptor.openFile());
        }
        for (OpenFile file : share.made()) {
            ends.computeIfAbsent(behind(file), _ -> new ArrayList<>()).add(file);
        }
    }

    /** All that are made here: those of the table by their lowest number, then those that only others keep. */
    List<OpenFile> all() {
        return share.made();
    }

    /** Those of the table that are there already, under their common numbers. */
    List<OpenFile> inherited() {
        return share.inherited();
    }

    /** Those made here that are on their way in messages, and in no table. */
    List<OpenFile> onlySent() {
        return share.onlySent();
    }

    /** Those of the table that nobody before its owner has. */
    List<OpenFile> finished() {
        return share.finished();
    }

    /** The open ends of a pipe, FIFO or terminal: whoever makes one makes them all. */
    List<OpenFile> endsOf(ObjectId pipe) {
        return ends.getOrDefault(pipe, List.of());
    }

    private static ObjectId behind(OpenFile file) {
        return switch (file) {
            case PipeEnd end -> end.pipe();
            case FifoEnd end -> end.pipe();
            case PseudoterminalEnd end when !end.isControlling() -> end.terminal();
            default -> ObjectId.NONE;
        };
    }

    /** Those made here that are of one kind. */
    <T extends OpenFile> List<T> all(Class<T> kind) {
        List<T> all = new ArrayList<>();
        for (OpenFile file : all()) {
            if (kind.isInstance(file)) {
                all.add(kind.cast(file));
            }
        }
        return all;
    }

    SharedObject object(ObjectId id) {
        return image.object(id, SharedObject.class);
    }

    Pipe pipe(ObjectId id) {
        return (Pipe) object(id);
    }

    /** Whether the image itself keeps the contents of a file, which is made again where it is missing. */
    boolean isKept(String path) {
        for (SharedObject object : image.objects()) {
            if (object instanceof MemoryObject memory
                    && memory.kind() == MemoryObject.Kind.FILE_CONTENTS
                    && memory.name().equals(path)) {
                return true;
            }
        }
        return false;
    }

    /** The descriptors of an open file in the table, ascending; none of one that only others keep. */
    List<Descriptor> descriptorsOf(OpenFile file) {
        return descriptors.getOrDefault(file.id(), List.of());
    }

    /** An open file's lowest number; the common one of a file that only others keep. */
    int numberOf(OpenFile file) {
        return numberOf(file.id());
    }

    int numberOf(ObjectId file) {
        List<Descriptor> numbers = descriptors.get(file);
        if (numbers != null) {
            return numbers.getFirst().number();
        }
        return commonNumberOf(file);
    }

    private int commonNumberOf(ObjectId file) {
        Integer common = share.common().get(file);
        if (common == null) {
            throw new IllegalArgumentException("open file " + file.value() + " is not in reach");
        }
        return common;
    }

    /** Which of restore's own streams takes an open file's place; empty for one that is made. */
    OptionalInt streamFor(OpenFile file) {
        Integer stream = share.streams().get(file.id());
        return stream == null ? OptionalInt.empty() : OptionalInt.of(stream);
    }

    /** The file that is to be at a number of the table, or {@link ObjectId#NONE}. */
    ObjectId at(int number) {
        return byNumber.getOrDefault(number, ObjectId.NONE);
    }

    boolean closesOnExec(int number) {
        for (Descriptor descriptor : descriptors.getOrDefault(at(number), List.of())) {
            if (descriptor.number() == number) {
                return descriptor.closeOnExec();
            }
        }
        return false;
    }

    /** The lowest number for temporaries. */
    int above() {
        return above;
    }

    /** Moves a new descriptor out of the way. */
    Step park(ProgramBuilder p, Arg created) {
        Step parked = p.call(SYS_fcntl, created, Arg.of(Fcntl.F_DUPFD_CLOEXEC), Arg.of(above))
                .about("a descriptor number for the restore from " + above + " on, below RLIMIT_NOFILE");
        p.call(SYS_close, created);
        return parked;
    }

    /** Gives a new descriptor all numbers of its file. */
    void place(ProgramBuilder p, Arg created, OpenFile file) {
        Step parked = park(p, created);
        placeParked(p, parked, file);
        p.call(SYS_close, parked);
    }

    /** Gives a parked descriptor all numbers of its file; it stays where it is, too. */
    void placeParked(ProgramBuilder p, Arg parked, OpenFile file) {
        for (Descriptor descriptor : descriptorsOf(file)) {
            p.call(SYS_dup3, parked, Arg.of(descriptor.number()), closeOnExec(descriptor))
                    .about("descriptor " + descriptor.number());
        }
        Integer common = share.common().get(file.id());
        if (common != null) {
            p.call(SYS_dup3, parked, Arg.of(common), Arg.of(Fcntl.O_CLOEXEC)).about("a file that others inherit");
        }
    }

    /** Gives all inherited files all their numbers. */
    void takeInherited(ProgramBuilder p) {
        InheritedDescriptors all = new InheritedDescriptors();
        for (OpenFile file : inherited()) {
            int common = commonNumberOf(file.id());
            for (Descriptor descriptor : descriptorsOf(file)) {
                all.add(common, descriptor);
            }
        }
        all.take(p);
    }

    private static Arg closeOnExec(Descriptor descriptor) {
        return Arg.of(descriptor.closeOnExec() ? Fcntl.O_CLOEXEC : 0);
    }

    /** Makes the flags that F_SETFL knows exactly those of the file, but for O_ASYNC. */
    void setFlags(ProgramBuilder p, OpenFile file) {
        p.call(SYS_fcntl, numberOf(file), Fcntl.F_SETFL, file.flags() & SETTABLE)
                .about("flags of descriptor " + numberOf(file));
    }
}
