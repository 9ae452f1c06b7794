/**
 * The framing of an image: header, records, lanes, checksums, filters, trailer.
 * May import {@code image.state}.
 */
@NullMarked
package dev.reprise.image.stream;

import org.jspecify.annotations.NullMarked;
