/**
 * Syscall programs as pure values: entries, arguments, layout; nothing here calls the kernel.
 * May import kernel constants and {@code image.state}.
 */
@NullMarked
package dev.reprise.engine.program;

import org.jspecify.annotations.NullMarked;
