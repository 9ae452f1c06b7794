/**
 * The door to the kernel: system calls, ptrace, /proc and netlink readers, ABI numbers and layouts,
 * one file per kernel header. May import java.base, nothing of ours.
 */
@NullMarked
package dev.reprise.kernel;

import org.jspecify.annotations.NullMarked;
