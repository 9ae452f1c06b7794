package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.ObjectId;
import java.util.ArrayList;
import java.util.List;

/** What the kinds of open files must know of the process and its neighbours, and where they put their refusals. */
final class DescriptorLook {
    private static final int LAST_STANDARD_STREAM = 2;

    private final int pid;
    private final OutsideHolders outside;
    private final Descriptions descriptions;
    private final OwnTerminals terminals;
    private final List<Refusal> refusals = new ArrayList<>();

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
        return outside.holds(d.link());
    }

    /** Whether it is one of 0-2, or they are its duplicates. */
    boolean isStandardStream(LiveDescriptor d) {
        return d.number() <= LAST_STANDARD_STREAM;
    }

    /** Whether a terminal is the controlling one or among 0-2. */
    boolean isOwnTerminal(long device) {
        return terminals.has(device);
    }

    /** The id of the open file description under a number. */
    ObjectId idOf(int number) {
        return descriptions.idOf(number);
    }

    void refuse(LiveDescriptor d, String resource, String reason, String help) {
        refusals.add(new Refusal(resource, "descriptor " + d.number(), reason, help));
    }

    List<Refusal> refusals() {
        return List.copyOf(refusals);
    }
}
