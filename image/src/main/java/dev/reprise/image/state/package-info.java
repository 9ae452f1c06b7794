/**
 * What a process set is: immutable records, sealed interfaces and enums, their invariants in the
 * constructors. May import java.base without java.io and java.lang.foreign, and nothing of ours.
 */
@NullMarked
package dev.reprise.image.state;

import org.jspecify.annotations.NullMarked;
