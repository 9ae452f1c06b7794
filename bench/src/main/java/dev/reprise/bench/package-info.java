/**
 * Measurements beside their yardsticks. May import the public API of engine.
 */
@NullMarked
package dev.reprise.bench;

import org.jspecify.annotations.NullMarked;
