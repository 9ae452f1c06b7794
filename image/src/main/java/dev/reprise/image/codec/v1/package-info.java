/**
 * Records to bytes and back, format version 1: the only place that knows wire types.
 * May import {@code image.state}.
 */
@NullMarked
package dev.reprise.image.codec.v1;

import org.jspecify.annotations.NullMarked;
