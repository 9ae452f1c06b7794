package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchmod;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ftruncate;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_memfd_create;

import dev.reprise.engine.program.Arg;
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
    private final int above;
    private final Map<MemoryObject, Step> descriptors = new LinkedHashMap<>();
    private final Image image;

    /** @param above the lowest number for temporaries */
    MemoryFiles(Image image, int above) {
        this.image = image;
        this.above = above;
    }

    /** Adds the creation of every {@link MemoryObject.Kind#MEMFD}, with its size. */
    void create(ProgramBuilder p) {
        for (SharedObject object : image.objects()) {
            if (object instanceof MemoryObject memory && memory.kind() == MemoryObject.Kind.MEMFD) {
                Step created = p.call(
                                SYS_memfd_create,
                                p.string(memory.name()),
                                Arg.of(Mman.MFD_CLOEXEC | Mman.MFD_ALLOW_SEALING))
                        .about("memfd " + memory.name());
                Step parked = p.call(SYS_fcntl, created, Arg.of(Fcntl.F_DUPFD_CLOEXEC), Arg.of(above));
                p.call(SYS_close, created);
                p.call(SYS_ftruncate, parked, Arg.of(memory.size())).about("memfd " + memory.name());
                descriptors.put(memory, parked);
            }
        }
    }

    /** The temporary descriptor (open for reading and writing) of a memfd: an argument, and for Java a step to read. */
    Step descriptor(ObjectId id) {
        for (Map.Entry<MemoryObject, Step> entry : descriptors.entrySet()) {
            if (entry.getKey().id().equals(id)) {
                return entry.getValue();
            }
        }
        throw new IllegalArgumentException("no memfd with id " + id.value());
    }

    /** Adds mode, owner and seals, and closes the temporary descriptors. */
    void finish(ProgramBuilder p) {
        descriptors.forEach((memory, descriptor) -> {
            String name = "memfd " + memory.name();
            // Contents come as whole pages; the last may have made it longer.
            p.call(SYS_ftruncate, descriptor, Arg.of(memory.size())).about(name);
            p.call(SYS_fchmod, descriptor, Arg.of(memory.mode())).about(name);
            if (!memory.ownership().equals(Ownership.ROOT)) {
                p.call(
                                SYS_fchown,
                                descriptor,
                                Arg.of(memory.ownership().uid()),
                                Arg.of(memory.ownership().gid()))
                        .about(name);
            }
            if (memory.seals() != 0) {
                p.call(SYS_fcntl, descriptor, Arg.of(Fcntl.F_ADD_SEALS), Arg.of(memory.seals()))
                        .about("seals of " + name);
            }
            p.call(SYS_close, descriptor);
        });
    }
}
