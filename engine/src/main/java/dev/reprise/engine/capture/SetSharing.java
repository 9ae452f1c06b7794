package dev.reprise.engine.capture;

import dev.reprise.kernel.Kcmp;
import dev.reprise.kernel.KernelException;
import java.util.List;

/** What the processes of a frozen set share by clone(2)'s flags. */
record SetSharing(Sharing memory, Sharing descriptors, Sharing directories, Sharing handlers) {
    static SetSharing of(List<Member> members) throws KernelException {
        return new SetSharing(
                Sharing.of(Kcmp.VM, members),
                Sharing.of(Kcmp.FILES, members),
                Sharing.of(Kcmp.FS, members),
                Sharing.of(Kcmp.SIGHAND, members));
    }
}
