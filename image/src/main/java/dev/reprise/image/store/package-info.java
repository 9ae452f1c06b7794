/**
 * A directory of images that has each page once: what a series of checkpoints of one program costs is what has changed.
 * May import {@code image.stream}.
 */
@NullMarked
package dev.reprise.image.store;

import org.jspecify.annotations.NullMarked;
