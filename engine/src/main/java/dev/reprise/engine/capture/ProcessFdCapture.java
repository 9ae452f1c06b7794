package dev.reprise.engine.capture;

import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.ProcessFd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;

/**
 * Descriptors of pidfd_open(2), from fdinfo.
 *
 * <pre>Pid: 4711   -1 when it has been waited for</pre>
 */
final class ProcessFdCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().equals("anon_inode:[pidfd]");
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        look.requireOwn(d, "pidfd");
        int pid = pid(d);
        if (pid > 0 && !isInside(pid, look.set())) {
            look.refuse(
                    d,
                    "pidfd of another process",
                    "process " + pid + " is not among those that are checkpointed",
                    "checkpoint the processes together, or close it");
        } else if (pid > 0) {
            look.requireNotTravelling(d, "pidfd");
            if (isBelow(d.pid(), look.set())) {
                look.refuse(d, "pidfd in a pid namespace", "its holder knows others by other ids", "close it");
            }
        }
    }

    private static boolean isInside(int pid, ProcessSet set) {
        if (set.ids().contains(pid)) {
            return true;
        }
        try {
            // a thread, where a set knows processes
            return set.ids().contains(Integer.parseInt(ProcStatus.of(pid, pid).field("Tgid")));
        } catch (KernelException ended) {
            return false;
        }
    }

    // Whether ids mean something else to it than to the image.
    private static boolean isBelow(int holder, ProcessSet set) throws KernelException {
        int first = set.members().getFirst().tid();
        return ProcStatus.of(holder, holder).ids("NSpid").length
                > ProcStatus.of(first, first).ids("NSpid").length;
    }

    private static int pid(LiveDescriptor d) {
        return Integer.parseInt(d.info().field("Pid"));
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        int pid = pid(d);
        int inner = pid <= 0 ? 0 : take.level().id(pid);
        return new ProcessFd(id, d.info().statusFlags(), FileOwner.NONE, inner);
    }
}
