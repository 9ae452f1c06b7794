package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FdInfo;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.List;

/** The open files that are on their way in messages (SCM_RIGHTS); we hold copies of those that nobody else has. */
final class InFlight implements AutoCloseable {
    private final Descriptions descriptions;
    private final ObjectTable objects;
    private final int self;
    private final List<Fd> held = new ArrayList<>();

    InFlight(Descriptions descriptions, ObjectTable objects) throws KernelException {
        this.descriptions = descriptions;
        this.objects = objects;
        self = Integer.parseInt(Proc.link("/proc/self"));
    }

    /** The id of the open file that came in a message; {@code file} is ours from now on. */
    ObjectId idOf(Fd file) throws KernelException {
        held.add(file);
        String link = Proc.link("/proc/self/fd/" + file.number());
        return descriptions.addInFlight(self, file.number(), link, FdInfo.of(self, file.number()), objects);
    }

    @Override
    public void close() {
        held.forEach(Fd::close);
    }
}
