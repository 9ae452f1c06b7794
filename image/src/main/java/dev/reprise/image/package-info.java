/** What every reader of an image may answer. May import nothing of ours. */
@NullMarked
package dev.reprise.image;

import org.jspecify.annotations.NullMarked;
