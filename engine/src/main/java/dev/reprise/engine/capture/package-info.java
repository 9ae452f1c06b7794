/**
 * From a live process set to records and pages, one class per kernel resource.
 * May import tracee, program, model, kernel, {@code image.state}; never rebuild, transport or codec.
 */
@NullMarked
package dev.reprise.engine.capture;

import org.jspecify.annotations.NullMarked;
