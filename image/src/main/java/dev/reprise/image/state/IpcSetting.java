package dev.reprise.image.state;

import java.util.List;

/** What a limit of an IPC namespace is set to; numbers without a sign. */
public record IpcSetting(IpcLimit limit, List<Long> values) {
    public IpcSetting {
        values = List.copyOf(values);
    }
}
