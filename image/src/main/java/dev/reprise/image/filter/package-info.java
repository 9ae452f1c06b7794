/**
 * Envelopes around image streams: what compresses and encrypts, and what reads that again.
 * May import the answers of {@code dev.reprise.image}; alone knows the codecs.
 */
@NullMarked
package dev.reprise.image.filter;

import org.jspecify.annotations.NullMarked;
