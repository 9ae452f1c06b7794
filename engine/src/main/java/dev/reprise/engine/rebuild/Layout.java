package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.PageRun;
import java.util.Set;

/**
 * What all processes of a restore have in common: where things stand, and who makes what.
 *
 * @param family all who are born
 * @param segment where the programs are
 * @param temporaries the descriptors that all inherit from the root
 * @param memoryNumbers those of memfds
 * @param common the memory that all inherit
 * @param above the lowest descriptor that nobody uses
 * @param vdso this kernel's
 * @param sameClock whether monotonic and boot time go on where they were
 * @param isForked whether the root is a fork of what it was itself, its executable included
 * @param heldBack the system calls of which the kernel refuses what is so already
 */
record Layout(
        Image image,
        RestoreOptions options,
        Family family,
        PageRun segment,
        Temporaries temporaries,
        MemoryFiles.Numbers memoryNumbers,
        CommonMemory common,
        Makers makers,
        Owners owners,
        int above,
        LocalVdso vdso,
        boolean sameClock,
        boolean isForked,
        Set<Integer> heldBack) {}
