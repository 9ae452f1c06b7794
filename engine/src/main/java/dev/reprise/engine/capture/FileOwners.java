package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.image.state.FileOwner;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Reads whom an open file signals. */
final class FileOwners {
    private FileOwners() {}

    static FileOwner of(Fd file, IdLevel level) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            // struct f_owner_ex { int type; __kernel_pid_t pid; }
            MemorySegment owner = arena.allocate(8, 4);
            Door.require(
                    Door.call(SYS_fcntl, file.number(), Fcntl.F_GETOWN_EX, owner.address()), "fcntl", "F_GETOWN_EX");
            long signal = Door.require(Door.call(SYS_fcntl, file.number(), Fcntl.F_GETSIG), "fcntl", "F_GETSIG");
            int pid = owner.get(JAVA_INT, 4);
            if (pid == 0 && signal == 0) {
                return FileOwner.NONE;
            }
            int type = pid == 0 ? 0 : owner.get(JAVA_INT, 0);
            // uid_t real, effective; kernels without CONFIG_CHECKPOINT_RESTORE do not tell
            MemorySegment users = arena.allocate(8, 4);
            long told = Door.call(SYS_fcntl, file.number(), Fcntl.F_GETOWNER_UIDS, users.address());
            return pid == 0 || Door.isError(told)
                    ? new FileOwner(type, id(pid, level), (int) signal, FileOwner.UNKNOWN, FileOwner.UNKNOWN)
                    : new FileOwner(type, id(pid, level), (int) signal, users.get(JAVA_INT, 0), users.get(JAVA_INT, 4));
        }
    }

    /** A process's id in the image; our own when it is gone. */
    static int id(int pid, IdLevel level) {
        if (pid == 0) {
            return 0;
        }
        try {
            return level.id(pid);
        } catch (KernelException _) {
            return pid; // a process group whose leader is gone
        }
    }
}
