package dev.reprise.engine.rebuild;

import dev.reprise.engine.tracee.Segment;
import dev.reprise.engine.tracee.Tracer;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.SharedMemorySegment;
import dev.reprise.image.state.SharedObject;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A segment of ours that takes no place of one of the image's: the kernel gives the places of System V shared memory out in
 * turn (ipc/util.c, ipc_idr_alloc), and an id can be had again only while its own is free.
 */
final class SegmentBeside {
    /** IPCMNI_SHIFT: of an id these bits are its place; with the boot option ipcmni_extend more, of which these are a part. */
    private static final int PLACES = 1 << 15;

    private SegmentBeside() {}

    static Segment create(Tracer tracer, Image image, int controls, long programs, long address)
            throws KernelException {
        Set<Integer> wanted = new HashSet<>();
        for (SharedObject object : image.objects()) {
            if (object instanceof SharedMemorySegment segment
                    && segment.identity().namespace().equals(ObjectId.NONE)) {
                wanted.add(segment.identity().id() % PLACES);
            }
        }
        List<Segment> inTheWay = new ArrayList<>();
        try {
            while (true) {
                Segment segment = Segment.create(tracer, controls, programs, address);
                if (!wanted.contains(segment.id() % PLACES)) {
                    return segment;
                }
                inTheWay.add(segment);
            }
        } finally {
            inTheWay.forEach(Segment::close);
        }
    }
}
