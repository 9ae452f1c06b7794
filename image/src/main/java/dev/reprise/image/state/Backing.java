package dev.reprise.image.state;

/** What stands behind a mapping. */
public sealed interface Backing {
    /** Anonymous private memory; {@code name} is that of PR_SET_VMA_ANON_NAME, or empty. */
    record Anonymous(String name) implements Backing {}

    /** A file, opened by its path; private or shared as the mapping says. */
    record MappedFile(FileIdentity file) implements Backing {}

    /** A shared mapping of a memory object (shared anonymous memory, memfd, a file kept in the image). */
    record SharedMemory(ObjectId memory, boolean writable) implements Backing {}

    /** A page set of the kernel's: "[vdso]", "[vvar]", "[vvar_vclock]", "[vsyscall]". */
    record Kernel(String name) implements Backing {}

    /** A character device without state mapped privately (/dev/zero). */
    record Device(FileIdentity file) implements Backing {}

    /** Memory of the {@link IoUring} that the process has open under this number: what of it says the offset of the mapping. */
    record IoUringMemory(int descriptor) implements Backing {}

    /** The rings of the packet socket that the process has open under this number: all of them. */
    record PacketRing(int descriptor) implements Backing {}

    /**
     * The ring of an AIO context without requests in flight.
     *
     * @param hasContext not so in a child that has inherited the mapping alone
     * @param head the index of the first unread event; {@code tail} is that behind the last one
     * @param unread the unread events, 32 bytes each
     */
    record AioRing(boolean hasContext, int head, int tail, Bytes unread) implements Backing {
        private static final int HEADER = 32;
        private static final int EVENT = 32;

        public AioRing {
            if (head < 0 || tail < 0 || unread.length() % EVENT != 0) {
                throw new IllegalArgumentException("AIO ring " + head + "-" + tail + " of " + unread.length());
            }
        }

        /** Whether they are positions of a ring of so many bytes, and what is unread lies between them. */
        boolean fits(long bytes) {
            long places = (bytes - HEADER) / EVENT;
            return head < places && tail < places && (tail - head + places) % places * EVENT == unread.length();
        }
    }
}
