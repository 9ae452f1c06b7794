/**
 * Protocol Buffers messages by hand: fields in, fields out, every bound checked.
 * May import protobuf's coded streams.
 */
@NullMarked
package dev.reprise.image.wire;

import org.jspecify.annotations.NullMarked;
