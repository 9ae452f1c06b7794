package dev.reprise.image.state;

import java.util.List;

/** The control groups that a task was in, other than the checkpointing tool's own. */
public record Cgroups(ObjectId id, List<Membership> memberships) implements SharedObject {
    public Cgroups {
        memberships = List.copyOf(memberships);
    }

    /** One group: its directory as the tool saw it (a char is a byte); {@code unified} for version 2. */
    public record Membership(String directory, boolean unified) {}
}
