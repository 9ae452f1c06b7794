package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_dup3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchmod;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ftruncate;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_memfd_create;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.SharedObject;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Mman;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The memfds of an image, each at a temporary descriptor for as long as mappings, descriptors and contents are made.
 *
 * <p>{@link #create} stands before the mappings and descriptors, {@link #finish} after the contents are loaded and
 * before the first instruction (seals come last).
 */
final class MemoryFiles {
    private final Map<MemoryObject, Integer> descriptors = new LinkedHashMap<>();

    /** @param first the first of their numbers; all from there on are free */
    MemoryFiles(Image image, int first) {
        int next = first;
        for (SharedObject object : image.objects()) {
            if (object instanceof MemoryObject memory && memory.kind() == MemoryObject.Kind.MEMFD) {
                descriptors.put(memory, next++);
            }
        }
    }

    /** Adds the creation of every {@link MemoryObject.Kind#MEMFD}, with its size. */
    void create(ProgramBuilder p) {
        descriptors.forEach((memory, number) -> {
            Step created = p.call(
                            SYS_memfd_create,
                            p.string(memory.name()),
                            Arg.of(Mman.MFD_CLOEXEC | Mman.MFD_ALLOW_SEALING))
                    .about("memfd " + memory.name());
            Label there = p.label();
            p.jumpIfEqual(created, Arg.of(number), there);
            p.call(SYS_dup3, created, Arg.of(number), Arg.of(Fcntl.O_CLOEXEC));
            p.call(SYS_close, created);
            p.place(there);
            p.call(SYS_ftruncate, number, memory.size()).about("memfd " + memory.name());
        });
    }

    /** The temporary descriptor of a memfd, open for reading and writing. */
    Arg descriptor(ObjectId id) {
        return Arg.of(number(id));
    }

    /** Its number. */
    int number(ObjectId id) {
        for (Map.Entry<MemoryObject, Integer> entry : descriptors.entrySet()) {
            if (entry.getKey().id().equals(id)) {
                return entry.getValue();
            }
        }
        throw new IllegalArgumentException("no memfd with id " + id.value());
    }

    /** Adds mode, owner and seals, and closes the temporary descriptors. */
    void finish(ProgramBuilder p) {
        descriptors.forEach((memory, number) -> {
            String name = "memfd " + memory.name();
            if (!memory.ownership().equals(Ownership.ROOT)) {
                p.call(
                                SYS_fchown,
                                number,
                                memory.ownership().uid(),
                                memory.ownership().gid())
                        .about(name);
            }
            p.call(SYS_fchmod, number, memory.mode()).about(name);
            if (memory.seals() != 0) {
                p.call(SYS_fcntl, number, Fcntl.F_ADD_SEALS, memory.seals()).about("seals of " + name);
            }
            p.call(SYS_close, number).about(name);
        });
    }
}
