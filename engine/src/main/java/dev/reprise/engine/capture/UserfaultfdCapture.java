package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.Userfaultfd;
import dev.reprise.kernel.Capability;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStatus;
import dev.reprise.kernel.Uffd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** userfaultfds for which no fault waits, and the memory that they serve (docs/decisions/0011-idle-kernel-queues.md). */
final class UserfaultfdCapture implements OpenFileCapture {
    private static final String KIND = "userfaultfd";
    private static final String ANYBODY_MAY = "/proc/sys/vm/unprivileged_userfaultfd";
    private static final int HEXADECIMAL = 16;

    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().equals(Uffd.LINK);
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        look.requireOwn(d, KIND);
        look.requireNotTravelling(d, KIND);
        String waiting = d.info().field("total");
        if (!waiting.isEmpty() && !waiting.equals("0")) {
            look.refuseForNow(d, KIND, "page faults wait for it", "try again when they have been served");
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        long shown = features(d);
        boolean initialised = (shown & Uffd.UFFD_FEATURE_INITIALIZED) != 0;
        long features = shown & ~Uffd.UFFD_FEATURE_INITIALIZED;
        FaultServers servers = take.faults();
        FrozenProcess served = served(d, id, initialised, take);
        if (served == null) { // refused
            return record(d, id, take, initialised, features, false, ObjectId.NONE, List.of(), FaultPages.NONE);
        }
        List<PageRun> ranges = initialised ? servers.ranges(served, d) : List.of();
        boolean userModeOnly = initialised && (features & Uffd.UFFD_FEATURE_SIGBUS) == 0
                ? userModeOnly(d, id, served, take)
                : !mayServeTheKernel(served);
        return record(
                d,
                id,
                take,
                initialised,
                features,
                userModeOnly,
                servers.spaceOf(served),
                ranges,
                servers.pages(served));
    }

    private static Userfaultfd record(
            LiveDescriptor d,
            ObjectId id,
            DescriptorTake take,
            boolean initialised,
            long features,
            boolean userModeOnly,
            ObjectId space,
            List<PageRun> ranges,
            FaultPages pages)
            throws KernelException {
        return new Userfaultfd(
                id,
                d.info().statusFlags(),
                take.owner(d),
                initialised,
                features,
                userModeOnly,
                space,
                ranges,
                FaultPages.in(ranges, pages.zeros()),
                FaultPages.in(ranges, pages.mapped()),
                FaultPages.in(ranges, pages.writeProtected()),
                FaultPages.in(ranges, pages.poisoned()));
    }

    // "API: aa:FEATURES:IOCTLS"
    private static long features(LiveDescriptor d) {
        String[] parts = d.info().field("API").split(":");
        return parts.length > 1 ? Long.parseUnsignedLong(parts[1], HEXADECIMAL) : 0;
    }

    // The process whose memory it serves, which must be the one that makes it again: null when it has been refused.
    private static @Nullable FrozenProcess served(
            LiveDescriptor d, ObjectId id, boolean initialised, DescriptorTake take) throws KernelException {
        Map<Integer, Integer> holders = take.look().descriptions().numbers(id);
        List<FrozenProcess> all = new ArrayList<>();
        FrozenProcess found = null;
        for (Map.Entry<Integer, Integer> holder : holders.entrySet()) {
            FrozenProcess process = take.faults().process(holder.getKey());
            if (process == null) {
                continue;
            }
            all.add(process);
            if (initialised) {
                List<String> forbidden = take.faults().forbidden(process, FaultProbe.CALLS);
                if (!forbidden.isEmpty()) {
                    String why = "it cannot be asked: a seccomp filter forbids " + String.join(", ", forbidden);
                    take.look().refuse(d, KIND, why, "");
                    return null;
                }
            }
            if (found == null && (!initialised || take.faults().serves(process, holder.getValue()))) {
                found = process;
            }
        }
        if (found == null) {
            take.look()
                    .refuse(d, KIND, "it serves the memory of a process that has not got it open itself", "close it");
            return null;
        }
        if (!initialised && all.size() > 1) {
            take.look().refuse(d, KIND, "several processes have it, and none has initialised it", "close it");
            return null;
        }
        for (FrozenProcess process : all) {
            if (!take.faults().stemsFrom(process, found)) {
                take.look()
                        .refuse(
                                d,
                                KIND,
                                "it serves the memory of another process than the one it stems from",
                                "close it");
                return null;
            }
        }
        return found;
    }

    private static boolean userModeOnly(LiveDescriptor d, ObjectId id, FrozenProcess served, DescriptorTake take)
            throws KernelException {
        int number = take.look()
                .descriptions()
                .numbers(id)
                .getOrDefault(served.member().tid(), -1);
        FaultProbe.Answer answer = take.faults().probe(served, number);
        if (answer == FaultProbe.Answer.NONE) {
            String why = "it cannot be asked: no process or memory could be had for that";
            take.look().refuse(d, KIND, why, "raise the limits of the program");
        }
        return answer == FaultProbe.Answer.USER_MODE_ONLY;
    }

    // As the kernel would make one for the process today.
    private static boolean mayServeTheKernel(FrozenProcess process) throws KernelException {
        int tid = process.member().tid();
        return (ProcStatus.of(tid, tid).capabilities("Eff") & 1L << Capability.CAP_SYS_PTRACE) != 0
                || Proc.text(ANYBODY_MAY).strip().equals("1");
    }
}
