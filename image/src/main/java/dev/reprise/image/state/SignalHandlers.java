package dev.reprise.image.state;

import java.util.List;

/** The signal dispositions of a process; those not listed are the default. */
public record SignalHandlers(ObjectId id, List<SignalAction> actions) implements SharedObject {
    public SignalHandlers {
        actions = List.copyOf(actions);
    }
}
