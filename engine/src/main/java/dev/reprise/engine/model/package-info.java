/**
 * The vocabulary that callers and engine share: options, reasons, refusals, progress, page sinks.
 * May import {@code image.state}.
 */
@NullMarked
package dev.reprise.engine.model;

import org.jspecify.annotations.NullMarked;
