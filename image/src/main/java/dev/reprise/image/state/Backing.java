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
}
