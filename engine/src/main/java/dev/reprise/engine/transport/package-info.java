/**
 * Joins the engine to image bytes: sinks and sources, records to codec.
 * May import model, {@code image.state}, codec and stream.
 */
@NullMarked
package dev.reprise.engine.transport;

import org.jspecify.annotations.NullMarked;
