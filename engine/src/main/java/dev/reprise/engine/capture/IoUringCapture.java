package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;

/**
 * io_urings: refused, with what fdinfo tells. Its counts do not prove that one is idle: a request may have posted several completions
 * and be in flight still (docs/decisions/0011-idle-kernel-queues.md).
 */
final class IoUringCapture implements OpenFileCapture {
    private static final String POLLS = "PollList:";

    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().equals("anon_inode:[io_uring]");
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) {
        boolean waits = waits(d);
        look.refuse(
                d,
                "io_uring",
                waits
                        ? "a request of it is in flight"
                        : "the kernel tells neither what is in flight nor how it was set up",
                "start the program without io_uring (node: UV_USE_IO_URING=0)");
    }

    // The lines of the list are indented.
    private static boolean waits(LiveDescriptor d) {
        boolean inList = false;
        for (String line : d.info().lines()) {
            if (inList) {
                return line.startsWith(" ");
            }
            inList = line.startsWith(POLLS);
        }
        return false;
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) {
        throw new IllegalStateException("was refused: " + d.link());
    }
}
