/**
 * What of the kernel ABI differs between architectures, for x86-64: call numbers, register layouts.
 * May import java.base and {@code dev.reprise.kernel}.
 */
@NullMarked
package dev.reprise.kernel.x86_64;

import org.jspecify.annotations.NullMarked;
