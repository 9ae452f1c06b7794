package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_io_uring_enter;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_io_uring_register;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_io_uring_setup;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;

import dev.reprise.image.state.IoUring;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.IoUringContext;
import dev.reprise.kernel.IoUringTask;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** io_urings without requests in flight (docs/decisions/0011-idle-kernel-queues.md). Nothing is ever submitted to them. */
final class IoUringCapture implements OpenFileCapture {
    private static final String KIND = "io_uring";
    private static final String DO_WITHOUT = "start the program without io_uring (node: UV_USE_IO_URING=0)";
    /** At a running program, until nothing is in flight for a moment: what is then, counts in the freeze. */
    private static final int LOOKS = 20;

    /** What a restore has to go through one by one takes it up to half a minute. */
    private static final int MOST_REQUESTS = 1 << 26;

    private static final Map<String, Integer> CALLS = Map.of(
            "close", SYS_close,
            "io_uring_enter", SYS_io_uring_enter,
            "io_uring_register", SYS_io_uring_register,
            "io_uring_setup", SYS_io_uring_setup,
            "mmap", SYS_mmap,
            "munmap", SYS_munmap);

    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().equals(dev.reprise.kernel.IoUring.LINK);
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        look.requireOwn(d, KIND);
        look.requireNotTravelling(d, KIND);
        if (look.holders(d).size() > 1) {
            look.refuse(d, KIND, "several processes have it open", DO_WITHOUT);
            return;
        }
        Optional<IoUringContext> found = look.rings().of(d);
        if (found.isEmpty()) {
            String why = look.rings().whyNot();
            if (!why.isEmpty()) {
                look.refuse(d, KIND, why, DO_WITHOUT);
            }
            return; // else it has gone
        }
        IoUringContext ring = found.get();
        requireKnown(d, ring, look);
        for (int i = 0; i < LOOKS && ring.inFlight() != 0 && !look.isFrozen(); i++) {
            ring = look.rings().of(d).orElse(ring); // what a disk does, or the call itself, ends soon
        }
        if (ring.inFlight() != 0) {
            String why = ring.inFlight() + (ring.inFlight() == 1 ? " request is" : " requests are") + " in flight";
            look.refuseForNow(d, KIND, why, "try again when they have ended; or " + DO_WITHOUT);
        } else if (ring.hasOverflown() || ring.hasWork()) {
            look.refuseForNow(d, KIND, "completions wait to get into it", "try again when it has read some");
        }
    }

    private static void requireKnown(LiveDescriptor d, IoUringContext ring, DescriptorLook look)
            throws KernelException {
        List<String> flags = IoUringSetup.unsupported(ring);
        if (!flags.isEmpty()) {
            look.refuse(d, KIND, "it was set up with " + String.join(", ", flags), DO_WITHOUT);
        } else if (ring.ringBytes() == 0 || ring.entryBytes() == 0) {
            look.refuse(d, KIND, "its memory is the program's own", DO_WITHOUT);
        }
        List<String> registered = new ArrayList<>(ring.registered());
        List<IoUringTask> tasks = look.rings().tasks(d.pid());
        if (tasks.stream().anyMatch(task -> task.rings().stream().anyMatch(file -> file != 0))) {
            registered.add("its own descriptor");
        }
        if (!registered.isEmpty()) {
            look.refuse(d, KIND, "registered with it: " + String.join(", ", registered), DO_WITHOUT);
        }
        if (ring.submitter() != 0 && submitter(ring, tasks) == 0) {
            look.refuse(d, KIND, "the only thread that might use it has ended", "close it");
        }
        if (Integer.compareUnsigned(ring.sqPosition(), MOST_REQUESTS) > 0
                || Integer.compareUnsigned(ring.cqPosition(), MOST_REQUESTS) > 0) {
            look.refuse(
                    d,
                    KIND,
                    "too many requests have gone through it: more than " + MOST_REQUESTS,
                    "restart the program");
        }
    }

    // Its id here; 0: none.
    private static int submitter(IoUringContext ring, List<IoUringTask> tasks) {
        for (IoUringTask task : tasks) {
            if (task.address() == ring.submitter()) {
                return task.tid();
            }
        }
        return 0;
    }

    // Common filters are there before the threads' own programs.
    private static void requireAllowed(LiveDescriptor d, DescriptorTake take) {
        FrozenProcess process = take.faults().process(d.pid());
        List<String> forbidden = process == null ? List.of() : take.faults().forbidden(process, CALLS);
        if (!forbidden.isEmpty()) {
            String why = "it cannot be made again: a seccomp filter forbids " + String.join(", ", forbidden);
            take.look().refuse(d, KIND, why, DO_WITHOUT);
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        IoUringContext ring = take.look().rings().of(d).orElseThrow(() -> new IllegalStateException("was looked at"));
        requireAllowed(d, take);
        int submitter =
                ring.submitter() == 0 ? 0 : submitter(ring, take.look().rings().tasks(d.pid()));
        IoUringMemory memory = IoUringMemory.of(d.copy(), ring);
        List<Integer> offsets = new ArrayList<>(take.look().rings().offsets());
        offsets.add(ring.arrayOffset());
        return new IoUring(
                id,
                d.info().statusFlags(),
                take.owner(d),
                IoUringSetup.of(ring),
                ring.sqEntries(),
                ring.cqEntries(),
                ring.sqPosition(),
                ring.cqPosition(),
                offsets,
                submitter == 0 ? 0 : take.level().id(submitter),
                Math.toIntExact(ring.ringBytes()),
                memory.rings(),
                Math.toIntExact(ring.entryBytes()),
                memory.entries());
    }
}
