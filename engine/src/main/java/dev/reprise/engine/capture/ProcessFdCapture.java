package dev.reprise.engine.capture;

import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.ProcessFd;
import dev.reprise.kernel.Fcntl;
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
        if (pid > 0 && !isInside(pid, look.set(), isOfThread(d))) {
            look.refuse(
                    d,
                    "pidfd of another process",
                    "process " + pid + " is not there yet when it is made again",
                    "close it");
        }
    }

    // The first process is there from the beginning; of its threads only it has descriptors.
    private static boolean isInside(int pid, ProcessSet set, boolean thread) {
        int first = set.members().getFirst().pid();
        if (pid == first) {
            return true;
        }
        try {
            return thread
                    && !set.isForest()
                    && Integer.parseInt(ProcStatus.of(first, pid).field("Tgid")) == first;
        } catch (KernelException other) {
            return false;
        }
    }

    private static boolean isOfThread(LiveDescriptor d) {
        return (d.info().flags() & Fcntl.O_EXCL) != 0;
    }

    private static int pid(LiveDescriptor d) {
        return Integer.parseInt(d.info().field("Pid"));
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        int pid = pid(d);
        int inner = pid <= 0 ? 0 : ProcStatus.of(first(take), pid).innermost("NSpid");
        return new ProcessFd(id, d.info().statusFlags(), FileOwner.NONE, inner);
    }

    private static int first(DescriptorTake take) {
        return take.look().set().members().getFirst().pid();
    }
}
