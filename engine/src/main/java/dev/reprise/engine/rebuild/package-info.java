/**
 * From records to programs that make the process set again, one class per kernel resource.
 * May import tracee, program, model, kernel, {@code image.state}; never capture, transport or codec.
 */
@NullMarked
package dev.reprise.engine.rebuild;

import org.jspecify.annotations.NullMarked;
