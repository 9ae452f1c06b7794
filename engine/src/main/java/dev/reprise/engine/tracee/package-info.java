/**
 * Another process in our hands: seize, way home, programs, remote scratch.
 * May import kernel, {@code image.state}, {@code engine.program}, {@code engine.model}.
 */
@NullMarked
package dev.reprise.engine.tracee;

import org.jspecify.annotations.NullMarked;
