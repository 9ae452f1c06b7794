package dev.reprise.engine.capture;

import dev.reprise.image.state.DeviceFile;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.DeviceNumber;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.KernelException;

/** The character devices that have no state: null, zero, full, random, urandom. */
final class DeviceCapture implements OpenFileCapture {
    private static final int MEMORY_DEVICES = 1;

    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.type() == Fcntl.S_IFCHR && isStateless(d.status().deviceNumber());
    }

    private static boolean isStateless(long device) {
        int minor = DeviceNumber.minor(device);
        return DeviceNumber.major(device) == MEMORY_DEVICES && (minor == 3 || minor == 5 || minor >= 7 && minor <= 9);
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
