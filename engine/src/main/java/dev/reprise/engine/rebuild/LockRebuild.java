package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_flock;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.FileLock;
import dev.reprise.kernel.Fcntl;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Locks on files; taken last, since closing any descriptor of a file drops the process's POSIX locks on it. */
final class LockRebuild {
    private static final int FLOCK_SIZE = 32;

    private LockRebuild() {}

    static void take(ProgramBuilder p, FileLock lock) {
        Arg number = Arg.of(lock.descriptor());
        String subject = "the lock of descriptor " + lock.descriptor();
        switch (lock.kind()) {
            case FLOCK -> {
                int how = lock.type() == Fcntl.F_WRLCK ? Fcntl.LOCK_EX : Fcntl.LOCK_SH;
                p.call(SYS_flock, number, Arg.of(how | Fcntl.LOCK_NB)).about(subject);
            }
            case POSIX ->
                p.call(SYS_fcntl, number, Arg.of(Fcntl.F_SETLK), range(p, lock)).about(subject);
            case LEASE ->
                p.call(SYS_fcntl, number, Arg.of(Fcntl.F_SETLEASE), Arg.of(lock.type()))
                        .about(subject);
            case OFD ->
                p.call(SYS_fcntl, number, Arg.of(Fcntl.F_OFD_SETLK), range(p, lock))
                        .about(subject);
        }
    }

    // struct flock { s16 l_type, l_whence; s64 l_start, l_len; s32 l_pid; }, a length of 0 being "to the end"
    private static Slot range(ProgramBuilder p, FileLock lock) {
        long length = lock.end() == FileLock.END_OF_FILE ? 0 : lock.end() - lock.start() + 1;
        return p.bytes(ByteBuffer.allocate(FLOCK_SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(0, (short) lock.type())
                .putLong(8, lock.start())
                .putLong(16, length)
                .array());
    }
}
