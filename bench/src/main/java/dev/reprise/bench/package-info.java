/**
 * Measurements beside their yardsticks. May import the public API of engine, and the kernel's door for the yardsticks.
 */
@NullMarked
package dev.reprise.bench;

import org.jspecify.annotations.NullMarked;
