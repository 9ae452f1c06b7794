package dev.reprise.engine.capture;

import dev.reprise.engine.tracee.Takeover;
import dev.reprise.image.state.IpcLimit;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.SysvIpc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whether an IPC namespace has room for our own segments, one for each address space in it: its limits hold for root, too. */
final class SegmentRoom {
    private static final long PAGE = 4096;

    private final Sharing memory;

    SegmentRoom(Sharing memory) {
        this.memory = memory;
    }

    /** The limit that has none; empty when there is room. */
    String missing(List<Member> members, List<SysvIpc.Entry> segments) throws KernelException {
        Map<Integer, int[]> spaces = new HashMap<>();
        for (Member member : members) {
            int[] counts = spaces.computeIfAbsent(memory.firstOf(member).pid(), _ -> new int[2]);
            counts[0]++;
            counts[1] += threads(member);
        }
        long pages = 0;
        for (SysvIpc.Entry segment : segments) {
            pages += pages(segment.field("size"));
        }
        long largest = 0;
        for (int[] counts : spaces.values()) {
            long bytes = Takeover.segmentBytes(counts[0], counts[1]);
            largest = Math.max(largest, bytes);
            pages += pages(bytes);
        }
        return first(largest, pages, (long) segments.size() + spaces.size());
    }

    private static String first(long bytes, long pages, long count) throws KernelException {
        if (isBeyond(bytes, IpcLimit.SEGMENT_BYTES)) {
            return IpcLimit.SEGMENT_BYTES.sysctl();
        }
        if (isBeyond(pages, IpcLimit.SEGMENT_PAGES)) {
            return IpcLimit.SEGMENT_PAGES.sysctl();
        }
        return isBeyond(count, IpcLimit.SEGMENTS) ? IpcLimit.SEGMENTS.sysctl() : "";
    }

    private static boolean isBeyond(long need, IpcLimit limit) throws KernelException {
        return Long.compareUnsigned(need, IpcSettings.here(limit)) > 0;
    }

    private static long pages(long bytes) {
        return (bytes + PAGE - 1) / PAGE;
    }

    private static int threads(Member member) {
        try {
            return Proc.numbers("/proc/" + member.pid() + "/task").size();
        } catch (KernelException ended) {
            return 0;
        }
    }
}
