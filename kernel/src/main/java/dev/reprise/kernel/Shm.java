package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_munmap;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmdt;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_shmget;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** System V shared memory (include/uapi/linux/shm.h). */
public final class Shm {
    /** shmat: executable. */
    public static final int SHM_EXEC = 0100000;

    /** shmat: read-only. */
    public static final int SHM_RDONLY = 010000;

    public static final int IPC_RMID = 0;
    private static final int SHM_REMAP = 040000;
    private static final int IPC_CREAT = 01000;
    private static final int IPC_EXCL = 02000;
    private static final int IPC_SET = 1;
    private static final int IPC_STAT = 2;
    // Executable, too: SHM_EXEC asks for it where CAP_IPC_OWNER is not there.
    private static final int OWNER_ONLY = 0700;
    private static final int SHMID_DS = 112;
    private static final int UID = 4;
    private static final int GID = 8;

    private Shm() {}

    /** A new segment under {@code key}, for its owner only; the identifier. */
    public static int create(int key, long size) throws KernelException {
        long id = Door.call(SYS_shmget, key, size, IPC_CREAT | IPC_EXCL | OWNER_ONLY);
        return (int) Door.require(id, "shmget", size + " bytes");
    }

    /** Gives a segment to a user. */
    public static void setOwner(int id, int uid, int gid) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ds = arena.allocate(SHMID_DS, 8);
            Door.require(Door.call(SYS_shmctl, id, IPC_STAT, ds.address()), "shmctl", "IPC_STAT");
            ds.set(JAVA_INT, UID, uid);
            ds.set(JAVA_INT, GID, gid);
            Door.require(Door.call(SYS_shmctl, id, IPC_SET, ds.address()), "shmctl", "IPC_SET");
        }
    }

    /** Attaches a segment in our own process, behind {@code front} bytes of private memory. */
    public static MemorySegment attachBehind(long front, int id, long size) throws KernelException {
        long base = Door.require(
                Door.call(
                        SYS_mmap,
                        0,
                        front + size,
                        Mman.PROT_READ | Mman.PROT_WRITE,
                        Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE,
                        -1,
                        0),
                "mmap",
                front + size + " bytes");
        long result = Door.call(SYS_shmat, id, base + front, SHM_REMAP);
        if (Door.isError(result)) {
            Door.call(SYS_munmap, base, front + size);
        }
        return Native.at(Door.require(result, "shmat", "segment " + id), size);
    }

    /** Attaches a segment in our own process, anywhere: the address. */
    public static long attach(int id, int flags) throws KernelException {
        return Door.require(Door.call(SYS_shmat, id, 0, flags), "shmat", "segment " + id);
    }

    /** Detaches what {@link #attach} has attached. */
    public static void detach(long address) {
        Door.call(SYS_shmdt, address);
    }

    /** Detaches it from our own process, with what stands before it. */
    public static void detachWithFront(MemorySegment segment, long front) {
        Door.call(SYS_shmdt, segment.address());
        Door.call(SYS_munmap, segment.address() - front, front);
    }

    /** Marks a segment to go with its last attachment; harmless when it has gone. */
    public static void remove(int id) {
        Door.call(SYS_shmctl, id, IPC_RMID, 0);
    }
}
