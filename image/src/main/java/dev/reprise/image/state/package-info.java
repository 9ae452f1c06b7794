/** What a process set is: immutable records that know neither bytes nor the kernel. May import nothing of ours. */
@NullMarked
package dev.reprise.image.state;

import org.jspecify.annotations.NullMarked;
