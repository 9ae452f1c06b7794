package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.EpollMember;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the kinds of open files must know of the process and its neighbours, and where they put their refusals. */
final class DescriptorLook {
    private static final int LAST_STANDARD_STREAM = 2;

    private final int pid;
    private final OutsideHolders outside;
    private final Descriptions descriptions;
    private final OwnTerminals terminals;
    private @Nullable VisibleMounts mounts;
    private final List<Refusal> refusals = new ArrayList<>();
    private final Map<Integer, List<EpollMember>> epollMembers = new HashMap<>();

    DescriptorLook(int pid, OutsideHolders outside, Descriptions descriptions, OwnTerminals terminals) {
        this.pid = pid;
        this.outside = outside;
        this.descriptions = descriptions;
        this.terminals = terminals;
    }

    int pid() {
        return pid;
    }

    Descriptions descriptions() {
        return descriptions;
    }

    /** Whether another process has the thing of this name (pipe:[..], a FIFO's path) open. */
    boolean isHeldOutside(LiveDescriptor d) {
        return outside.holds(d);
    }

    /** A counter, timer or set that another process has open, too, would be two afterwards. */
    void requireOwn(LiveDescriptor d, String kind) {
        int holder = outside.holderOf(d.number());
        if (holder != 0) {
            refuse(
                    d,
                    kind + " shared with another process",
                    "process " + holder + " has it open, too",
                    "checkpoint the processes together, or close it");
        }
    }

    /** Whether it is one of 0-2, or they are its duplicates. */
    boolean isStandardStream(LiveDescriptor d) {
        return d.number() <= LAST_STANDARD_STREAM;
    }

    /** Whether a terminal is the controlling one or among 0-2. */
    boolean isOwnTerminal(long device) {
        return terminals.has(device);
    }

    /** Whether a file is of a mount that the process sees; refused by name otherwise. */
    boolean requireMounted(LiveDescriptor d) throws KernelException {
        if (mounts == null) {
            mounts = VisibleMounts.of(pid);
        }
        boolean mounted = mounts.contain(d.info().mountId());
        if (!mounted) {
            refuse(d, "file of a detached mount", d.link() + " cannot be found by its name", "close it");
        }
        return mounted;
    }

    void refuse(LiveDescriptor d, String resource, String reason, String help) {
        refusals.add(new Refusal(resource, "descriptor " + d.number(), reason, help));
    }

    /** The same for what goes by itself as soon as the process runs. */
    void refuseForNow(LiveDescriptor d, String resource, String reason, String help) {
        refusals.add(new Refusal(resource, "descriptor " + d.number(), reason, help).thatPasses());
    }

    /** Whether nothing has been found in the way so far. */
    boolean isClear() {
        return refusals.isEmpty();
    }

    /** What epoll set {@code d} watches, looked up once: kcmp is linear in the size of the set. */
    List<EpollMember> epollMembers(LiveDescriptor d) throws KernelException {
        List<EpollMember> known = epollMembers.get(d.number());
        if (known == null) {
            known = EpollMembers.of(d, descriptions);
            epollMembers.put(d.number(), known);
        }
        return known;
    }

    List<Refusal> refusals() {
        return List.copyOf(refusals);
    }
}
