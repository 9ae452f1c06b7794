package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.Fcntl;

/** Everything that no other kind recognizes: refused by the name that the kernel gives it. */
final class UnknownCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return true;
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) {
        look.refuse(d, name(d), d.link() + " cannot be saved", "close it");
    }

    private static String name(LiveDescriptor d) {
        String link = d.link();
        if (link.startsWith("anon_inode:")) {
            return link.substring("anon_inode:".length()).replace("[", "").replace("]", "");
        }
        return switch (d.type()) {
            case Fcntl.S_IFCHR -> "character device";
            case Fcntl.S_IFBLK -> "block device";
            default -> "open file of an unknown kind";
        };
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) {
        throw new IllegalStateException("was refused: " + d.link());
    }
}
