/**
 * The command line, one class per command. May import the public API of engine; never kernel or codec.
 */
@NullMarked
package dev.reprise.cli;

import org.jspecify.annotations.NullMarked;
