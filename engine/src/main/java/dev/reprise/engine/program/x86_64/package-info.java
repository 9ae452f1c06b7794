/** Machine code of x86-64 that runs syscall programs and leads a thread home; assembled in Java. May import nothing. */
@NullMarked
package dev.reprise.engine.program.x86_64;

import org.jspecify.annotations.NullMarked;
