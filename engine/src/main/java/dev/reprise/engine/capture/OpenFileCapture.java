package dev.reprise.engine.capture;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.KernelException;

/** How one kind of open file description is captured. */
interface OpenFileCapture {
    /** Whether it is of this kind; the first kind that says so has it. */
    boolean recognizes(LiveDescriptor d);

    /** Says to {@code look} what is in the way; asked before the freeze and again in it. */
    void look(LiveDescriptor d, DescriptorLook look) throws KernelException;

    /** Its record, under {@code id}; what it refers to is added to the table of {@code take} first. */
    OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException;
}
