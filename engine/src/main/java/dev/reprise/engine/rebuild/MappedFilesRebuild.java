package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files that mappings need: each opened once in each mode, from its first use to its last. */
final class MappedFilesRebuild {
    private final Map<Opening, Integer> lastUse = new HashMap<>();
    private final Map<Opening, Step> open = new HashMap<>();

    /** A file and how it is opened. */
    private record Opening(String path, int flags) {}

    MappedFilesRebuild(List<MappingPlan> plans) {
        for (int i = 0; i < plans.size(); i++) {
            Opening opening = opening(plans.get(i).vma());
            if (opening != null) {
                lastUse.put(opening, i);
            }
        }
    }

    private static @Nullable Opening opening(Vma vma) {
        return switch (vma.backing()) {
            case Backing.MappedFile mapped -> new Opening(mapped.file().path(), flags(vma));
            case Backing.Device device -> new Opening(device.file().path(), Fcntl.O_RDONLY);
            case Backing.Anonymous _,
                    Backing.SharedMemory _,
                    Backing.Kernel _,
                    Backing.AioRing _,
                    Backing.IoUringMemory _,
                    Backing.PacketRing _ -> null;
        };
    }

    // A shared mapping may become writable later only if the file was opened for that.
    private static int flags(Vma vma) {
        return vma.shared() && vma.has(VmFlag.MAY_WRITE) ? Fcntl.O_RDWR : Fcntl.O_RDONLY;
    }

    /** The descriptor for a mapping of a file or device. */
    Step descriptor(ProgramBuilder p, Vma vma) {
        Opening opening = opening(vma);
        if (opening == null) {
            throw new IllegalArgumentException("no file behind " + vma);
        }
        return open.computeIfAbsent(opening, key -> open(p, key.path, key.flags));
    }

    static Step open(ProgramBuilder p, String path, int flags) {
        return p.call(SYS_openat, Arg.of(Fd.AT_FDCWD), p.string(path), Arg.of(flags | Fcntl.O_CLOEXEC), Arg.of(0))
                .about(path);
    }

    /** Closes what the mapping with this index was the last to need. */
    void release(ProgramBuilder p, int index, Vma vma) {
        Opening opening = opening(vma);
        if (opening != null && lastUse.getOrDefault(opening, -1) == index) {
            Step step = open.remove(opening);
            if (step != null) {
                p.call(SYS_close, step);
            }
        }
    }
}
