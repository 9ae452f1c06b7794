package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;

/**
 * userfaultfds: refused, with what fdinfo tells. It does not tell which address space one serves
 * (docs/decisions/0011-idle-kernel-queues.md).
 */
final class UserfaultfdCapture implements OpenFileCapture {
    private static final String WAITING = "total:";

    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().equals("anon_inode:[userfaultfd]");
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) {
        look.refuse(
                d,
                "userfaultfd",
                isWaitedFor(d)
                        ? "page faults wait for it"
                        : "the kernel does not tell which address space and which ranges it serves",
                "close it");
    }

    private static boolean isWaitedFor(LiveDescriptor d) {
        for (String line : d.info().lines()) {
            if (line.startsWith(WAITING)) {
                return !line.substring(WAITING.length()).strip().equals("0");
            }
        }
        return false;
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) {
        throw new IllegalStateException("was refused: " + d.link());
    }
}
