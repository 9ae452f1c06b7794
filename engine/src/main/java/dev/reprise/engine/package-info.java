/**
 * The public API: checkpoint to any channel, restore from any channel, explain.
 * May import all of engine; its sub-packages never import it.
 */
@NullMarked
package dev.reprise.engine;

import org.jspecify.annotations.NullMarked;
