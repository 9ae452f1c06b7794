/**
 * Who among all processes is a twin: for capture, which leaves them out, and for transport, which reads and ends them.
 * May import tracee and kernel.
 */
@NullMarked
package dev.reprise.engine.twin;

import org.jspecify.annotations.NullMarked;
