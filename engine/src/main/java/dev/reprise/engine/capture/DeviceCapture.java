package dev.reprise.engine.capture;

import dev.reprise.image.state.DeviceFile;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.DeviceNumber;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.KernelException;
import java.util.Set;

/**
 * The character devices whose open files have no state but a position (drivers/char/mem.c and others): null, zero, full, random, urandom,
 * mem, port, kmsg to write to, the screens of the consoles, and those that are only asked or told something by ioctl(2).
 */
final class DeviceCapture implements OpenFileCapture {
    private static final int MEMORY_DEVICES = 1;
    private static final int LOG = 11;
    private static final int SCREENS = 7;
    private static final int MISCELLANEOUS = 10;

    /** Of memory devices: mem, null, port, zero, full, random, urandom. */
    private static final Set<Integer> PLAIN = Set.of(1, 3, 4, 5, 7, 8, 9);

    /** Of miscellaneous ones: nvram, hwrng, btrfs-control, autofs, loop-control. */
    private static final Set<Integer> TOLD = Set.of(144, 183, 234, 235, 237);

    /** Those whose minors are given out at boot. */
    private static final Set<String> NAMED = Set.of("/dev/vsock", "/dev/userfaultfd");

    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.type() == Fcntl.S_IFCHR && isStateless(d);
    }

    private static boolean isStateless(LiveDescriptor d) {
        int minor = DeviceNumber.minor(d.status().deviceNumber());
        return switch (DeviceNumber.major(d.status().deviceNumber())) {
            // who reads the log has a place in it that is not told
            case MEMORY_DEVICES ->
                PLAIN.contains(minor) || minor == LOG && (d.info().flags() & Fcntl.O_ACCMODE) == Fcntl.O_WRONLY;
            case SCREENS -> true;
            case MISCELLANEOUS -> TOLD.contains(minor) || NAMED.contains(d.link());
            default -> false;
        };
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) {
        String why = d.whyNameless();
        if (!why.isEmpty() && !d.isDeleted()) {
            look.refuse(d, "nameless device", d.link() + ": " + why, "close it");
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        return new DeviceFile(
                id,
                d.info().statusFlags(),
                take.owner(d),
                d.identity(),
                (int) d.status().deviceNumber(),
                d.info().position());
    }
}
