package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_dup3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchmod;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ftruncate;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_memfd_create;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.SharedObject;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Mman;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;

/**
 * The memfds and deleted files of an image, each at a temporary descriptor for as long as mappings, descriptors and
 * contents are made.
 *
 * <p>{@link #create} stands before the mappings and descriptors, {@link #finish} after the contents are loaded and
 * before the first instruction (seals come last).
 */
final class MemoryFiles {
    private final Numbers numbers;
    private final List<MemoryObject> made;
    private final Image image;
    private final Set<ObjectId> finished = new HashSet<>();

    /** The temporary descriptors of all memfds of an image, the same in all its processes; {@code end}: free again. */
    record Numbers(Map<ObjectId, Integer> of, int end) {
        Numbers {
            of = Map.copyOf(of);
        }

        /** Numbers from {@code first} on. */
        static Numbers from(Image image, int first) {
            Map<ObjectId, Integer> numbers = new HashMap<>();
            int next = first;
            Set<ObjectId> opened = OpenedMemory.of(image);
            for (SharedObject object : image.objects()) {
                if (object instanceof MemoryObject memory && (isFile(memory) || opened.contains(memory.id()))) {
                    numbers.put(memory.id(), next++);
                }
            }
            return new Numbers(numbers, next);
        }
    }

    /** {@code made}: those that this process makes; it has inherited the others. */
    MemoryFiles(Image image, Numbers numbers, Collection<ObjectId> made) {
        this.image = image;
        this.numbers = numbers;
        this.made = new ArrayList<>();
        for (ObjectId id : made) {
            if (numbers.of().containsKey(id)) {
                this.made.add(image.object(id, MemoryObject.class));
            }
        }
    }

    /** All memfds of an image, from the descriptor {@code first} on. */
    static MemoryFiles all(Image image, int first) {
        Numbers numbers = Numbers.from(image, first);
        return new MemoryFiles(image, numbers, numbers.of().keySet());
    }

    /** Whether a memory object has a temporary descriptor. */
    boolean has(ObjectId id) {
        return numbers.of().containsKey(id);
    }

    /** Adds the creation of each that this process makes, with its size; {@code hole}: a free place for so many bytes. */
    void create(ProgramBuilder p, LongUnaryOperator hole) {
        made.forEach(memory -> {
            int number = number(memory.id());
            Arg created = memory.kind() == MemoryObject.Kind.SHARED_ANONYMOUS
                    ? open(p, memory, hole.applyAsLong(memory.size()))
                    : create(p, memory);
            Label there = p.label();
            p.jumpIfEqual(created, Arg.of(number), there);
            p.call(SYS_dup3, created, Arg.of(number), Arg.of(Fcntl.O_CLOEXEC));
            p.call(SYS_close, created);
            p.place(there);
            p.call(SYS_ftruncate, number, memory.size()).about(name(memory));
        });
    }

    private static boolean isFile(MemoryObject memory) {
        return isMemFd(memory) || DeletedFileRebuild.is(memory);
    }

    private Arg create(ProgramBuilder p, MemoryObject memory) {
        if (DeletedFileRebuild.is(memory)) {
            return Arg.contentOf(DeletedFileRebuild.make(p, image, memory));
        }
        int huge = memory.kind() == MemoryObject.Kind.HUGE_MEMFD ? Mman.MFD_HUGETLB : 0;
        return p.call(
                        SYS_memfd_create,
                        p.string(memory.name()),
                        Arg.of(Mman.MFD_CLOEXEC | Mman.MFD_ALLOW_SEALING | huge))
                .about(name(memory));
    }

    // It has no other name than the link of a mapping.
    private static Arg open(ProgramBuilder p, MemoryObject memory, long place) {
        long bytes = (memory.size() + PageRun.PAGE_SIZE - 1) & -PageRun.PAGE_SIZE;
        p.call(SYS_mmap, place, bytes, Mman.PROT_NONE, SharedMemoryRebuild.ANONYMOUS | Mman.MAP_NORESERVE, -1, 0)
                .about("shared anonymous memory");
        String link = "/proc/self/map_files/" + Long.toHexString(place) + "-" + Long.toHexString(place + bytes);
        Arg opened = MappedFilesRebuild.open(p, link, Fcntl.O_RDWR);
        p.call(SYS_munmap, place, bytes);
        return opened;
    }

    private static boolean isMemFd(MemoryObject memory) {
        return memory.kind() == MemoryObject.Kind.MEMFD || memory.kind() == MemoryObject.Kind.HUGE_MEMFD;
    }

    private static String name(MemoryObject memory) {
        return isMemFd(memory) ? "memfd " + memory.name() : memory.name();
    }

    /** The temporary descriptor of a memfd, open for reading and writing. */
    Arg descriptor(ObjectId id) {
        return Arg.of(number(id));
    }

    /** Its number. */
    int number(ObjectId id) {
        Integer number = numbers.of().get(id);
        if (number != null) {
            return number;
        }
        throw new IllegalArgumentException("no memfd with id " + id.value());
    }

    /**
     * Adds a descriptor of the executable. One that had been deleted must have no writers (fs/exec.c,
     * exe_file_deny_write_access): its own is closed.
     */
    Step openForReading(ProgramBuilder p, FileIdentity executable) {
        if (!executable.isDeleted()) {
            return MappedFilesRebuild.open(p, executable.path(), Fcntl.O_RDONLY);
        }
        for (MemoryObject memory : made) {
            if (isAt(executable.path(), memory)) {
                Step opened = MappedFilesRebuild.open(p, "/proc/self/fd/" + number(memory.id()), Fcntl.O_RDONLY);
                finish(p, memory);
                finished.add(memory.id());
                return opened;
            }
        }
        for (ObjectId inherited : numbers.of().keySet()) {
            if (isAt(executable.path(), image.object(inherited, MemoryObject.class))) {
                return MappedFilesRebuild.open(p, "/proc/self/fd/" + number(inherited), Fcntl.O_RDONLY);
            }
        }
        return MappedFilesRebuild.open(p, executable.path(), Fcntl.O_RDONLY);
    }

    // As the link of a process calls its executable (d_path, shmem_file_setup).
    private static boolean isAt(String path, MemoryObject memory) {
        return path.equals(isMemFd(memory) ? "/memfd:" + memory.name() + FileIdentity.DELETED : memory.name());
    }

    /** Adds mode, owner, attributes, times and seals of those that this process makes, and closes their temporary descriptors. */
    void finish(ProgramBuilder p) {
        made.forEach(memory -> {
            if (!finished.contains(memory.id())) {
                finish(p, memory);
            }
        });
    }

    private void finish(ProgramBuilder p, MemoryObject memory) {
        int number = number(memory.id());
        String name = name(memory);
        if (!memory.ownership().equals(Ownership.ROOT)) {
            p.call(
                            SYS_fchown,
                            number,
                            memory.ownership().uid(),
                            memory.ownership().gid())
                    .about(name);
        }
        p.call(SYS_fchmod, number, memory.mode()).about(name);
        TimesRebuild.set(p, number, memory.attributes());
        // Every file of a tmpfs has F_SEAL_SEAL from its birth on.
        if (memory.seals() != 0 && isMemFd(memory)) {
            p.call(SYS_fcntl, number, Fcntl.F_ADD_SEALS, memory.seals()).about("seals of " + name);
        }
        p.call(SYS_close, number).about(name);
    }
}
