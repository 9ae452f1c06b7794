/** The proof of an image: it is restored apart from everything, before its first instruction, and compared. */
@NullMarked
package dev.reprise.engine.proof;

import org.jspecify.annotations.NullMarked;
