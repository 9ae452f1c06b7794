package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setns;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_unshare;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Machine;
import dev.reprise.kernel.Clock;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Sched;
import dev.reprise.kernel.TimeNamespace;
import java.nio.charset.StandardCharsets;

/**
 * The monotonic and the boot time clock go on where they were: on another host, or after a reboot, in a time namespace.
 *
 * <p>The very first entries of the leader's program: setns into a time namespace is for a process of one thread, and the
 * vdso that is mapped afterwards reads the new clocks.
 */
public final class ClockRebuild {
    private ClockRebuild() {}

    /** The machine that restores: its boot, the host's clocks now, and the offsets that the restore itself runs with. */
    public record Here(String bootId, long monotonicNanos, long boottimeNanos, TimeNamespace own) {
        /** As it is now. */
        public static Here now() throws KernelException {
            TimeNamespace own = TimeNamespace.of("self");
            return new Here(
                    Proc.text("/proc/sys/kernel/random/boot_id").strip(),
                    Clock.nanos(Clock.CLOCK_MONOTONIC) - own.monotonicNanos(),
                    Clock.nanos(Clock.CLOCK_BOOTTIME) - own.boottimeNanos(),
                    own);
        }
    }

    /** The offsets a process of {@code image} needs here: its old ones on the same boot, else such that time goes on. */
    public static TimeNamespace wanted(Machine image, Here here) {
        if (image.bootId().equals(here.bootId())) {
            return new TimeNamespace(image.timensMonotonicNanos(), image.timensBoottimeNanos());
        }
        return new TimeNamespace(
                image.monotonicNanos() + image.timensMonotonicNanos() - here.monotonicNanos(),
                image.boottimeNanos() + image.timensBoottimeNanos() - here.boottimeNanos());
    }

    /** Enters a new time namespace with the wanted offsets, unless the restore already has them. */
    public static void add(ProgramBuilder p, TimeNamespace wanted, Here here) {
        if (wanted.equals(here.own())) {
            return;
        }
        byte[] text = wanted.text().getBytes(StandardCharsets.ISO_8859_1);
        p.call(SYS_unshare, Sched.CLONE_NEWTIME).about("a time namespace");
        Step file = open(p, "/proc/self/timens_offsets", Fcntl.O_WRONLY);
        p.expect(text.length, SYS_write, file, p.bytes(text), Arg.of(text.length))
                .about("the clocks' offsets");
        p.call(SYS_close, file);
        Step namespace = open(p, "/proc/self/ns/time_for_children", Fcntl.O_RDONLY);
        p.call(SYS_setns, namespace, Arg.of(Sched.CLONE_NEWTIME)).about("a time namespace");
        p.call(SYS_close, namespace);
    }

    private static Step open(ProgramBuilder p, String path, int flags) {
        return p.call(SYS_openat, Arg.of(Fd.AT_FDCWD), p.string(path), Arg.of(flags))
                .about(path);
    }
}
