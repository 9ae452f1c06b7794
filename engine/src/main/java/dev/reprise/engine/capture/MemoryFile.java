package dev.reprise.engine.capture;

import dev.reprise.image.state.MemoryObject;
import dev.reprise.kernel.Fd;

/** A captured memory object and a descriptor of ours to read the contents of its runs from. */
record MemoryFile(MemoryObject memory, Fd file) {}
