package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_userfaultfd;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Uffd;

/**
 * Has a process register the memory that comes later: after its last attributes, before anybody touches it. From then on
 * whoever does waits for us. Pure.
 */
final class LazyRegistration {
    private static final long FEATURES = Uffd.UFFD_FEATURE_EVENT_FORK
            | Uffd.UFFD_FEATURE_EVENT_REMAP
            | Uffd.UFFD_FEATURE_EVENT_REMOVE
            | Uffd.UFFD_FEATURE_EVENT_UNMAP;

    private LazyRegistration() {}

    /** Adds it; the step's result is a descriptor, from {@code above} on, which is closed with the other temporaries. */
    static Step add(ProgramBuilder p, LazySplit.Later later, int above) {
        Step made = p.call(SYS_userfaultfd, Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK).about("--lazy");
        Step faults = p.call(SYS_fcntl, made, Arg.of(Fcntl.F_DUPFD_CLOEXEC), Arg.of(above));
        p.call(SYS_close, made);
        p.call(SYS_ioctl, faults, Arg.of(Uffd.UFFDIO_API), p.longs(Uffd.UFFD_API, FEATURES, 0))
                .about("--lazy");
        for (Vma vma : later.ranges()) {
            p.call(
                            SYS_ioctl,
                            faults,
                            Arg.of(Uffd.UFFDIO_REGISTER),
                            p.longs(vma.start(), vma.bytes(), Uffd.UFFDIO_REGISTER_MODE_MISSING, 0))
                    .about(AddressSpaceRebuild.name(vma));
        }
        return faults;
    }
}
