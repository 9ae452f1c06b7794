/** End-to-end tests: guests times ways, and the rules of the architecture. */
@NullMarked
package dev.reprise.acceptance;

import org.jspecify.annotations.NullMarked;
