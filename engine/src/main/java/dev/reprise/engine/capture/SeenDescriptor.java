package dev.reprise.engine.capture;

import dev.reprise.kernel.FdInfo;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor as it was seen, not opened yet. One that its process has from its parent, under the same number, has no {@code info}, and no
 * {@code link} where everything is frozen.
 */
record SeenDescriptor(int number, String link, @Nullable FdInfo info) {}
