package dev.reprise.engine.capture;

import dev.reprise.kernel.FdInfo;
import org.jspecify.annotations.Nullable;

/** A descriptor as it was seen, not opened yet. One that its process has from its parent, under the same number, has no {@code info}. */
record SeenDescriptor(int number, String link, @Nullable FdInfo info) {
    /** Its parent's. */
    static SeenDescriptor inherited(int number) {
        return new SeenDescriptor(number, "", null);
    }
}
