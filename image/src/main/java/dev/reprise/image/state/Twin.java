package dev.reprise.image.state;

/**
 * A process that holds the contents of an address space, which are not in the image: a copy-on-write copy of the one that had it.
 *
 * @param space the address space
 * @param pid its id in the pid namespace of whoever took the image
 * @param startTicks when it was made, as in /proc/PID/stat
 * @param pidNamespace the number of that pid namespace
 * @param word where in it a word stands that is 1 when the image is complete
 * @param mark what stands 16 bytes behind that word, in it alone: 16 bytes
 */
public record Twin(ObjectId id, ObjectId space, int pid, long startTicks, long pidNamespace, long word, Bytes mark)
        implements SharedObject {
    /** The length of a mark in bytes. */
    public static final int MARK = 16;

    public Twin {
        if (pid <= 0 || mark.length() != MARK) {
            throw new IllegalArgumentException("process " + pid + " with a mark of " + mark.length() + " bytes");
        }
    }
}
