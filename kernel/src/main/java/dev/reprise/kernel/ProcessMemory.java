package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_process_vm_readv;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_process_vm_writev;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pwrite64;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Another process's memory, for one thread at a time: process_vm_readv(2) and writev, and /proc/PID/mem for pages its protection hides. */
public final class ProcessMemory implements AutoCloseable {
    private final int pid;
    // Whoever reads may be another thread than the one that closes this.
    private final MemorySegment local = Arena.ofAuto().allocate(16, 8);
    private final MemorySegment remote = Arena.ofAuto().allocate(16, 8);
    private @Nullable Fd mem;

    public ProcessMemory(int pid) {
        this.pid = pid;
    }

    /** Fills {@code into} from readable memory at {@code from}. */
    public void read(RemoteAddress from, MemorySegment into) throws KernelException {
        transfer(SYS_process_vm_readv, "process_vm_readv", from, into);
    }

    /** Writes {@code data} to writable memory at {@code to}. */
    public void write(RemoteAddress to, MemorySegment data) throws KernelException {
        transfer(SYS_process_vm_writev, "process_vm_writev", to, data);
    }

    /** Fills {@code into} from the readable ranges of a vector, whose length it has. */
    public void read(RemoteVector from, MemorySegment into) throws KernelException {
        transfer(SYS_process_vm_readv, "process_vm_readv", from, into);
    }

    /** Writes {@code data} to the writable ranges of a vector, whose length it has. */
    public void write(RemoteVector to, MemorySegment data) throws KernelException {
        transfer(SYS_process_vm_writev, "process_vm_writev", to, data);
    }

    // Both calls stop at the first range that they cannot reach, and say how far they came.
    private void transfer(int call, String name, RemoteVector vector, MemorySegment memory) throws KernelException {
        vector(local, memory.address(), memory.byteSize());
        long n = Door.call(call, pid, local.address(), 1, vector.address(), vector.size(), 0);
        if (Door.require(n, name, "task " + pid) != memory.byteSize()) {
            throw new KernelException(name, vector.at(n) + " in task " + pid, Errno.EFAULT);
        }
    }

    /** {@link #read} whatever the protection is. */
    public void readHidden(RemoteAddress from, MemorySegment into) throws KernelException {
        transferHidden(SYS_pread64, "read", from, into);
    }

    /** {@link #write} whatever the protection is. */
    public void writeHidden(RemoteAddress to, MemorySegment data) throws KernelException {
        transferHidden(SYS_pwrite64, "write", to, data);
    }

    private void transfer(int call, String name, RemoteAddress address, MemorySegment memory) throws KernelException {
        for (long done = 0; done < memory.byteSize(); ) {
            vector(local, memory.address() + done, memory.byteSize() - done);
            vector(remote, address.value() + done, memory.byteSize() - done);
            long n = Door.call(call, pid, local.address(), 1, remote.address(), 1, 0);
            done += requireProgress(n, name, address.plus(done));
        }
    }

    private void transferHidden(int call, String name, RemoteAddress address, MemorySegment memory)
            throws KernelException {
        if (mem == null) {
            mem = Fd.open("/proc/" + pid + "/mem", Fcntl.O_RDWR, 0);
        }
        for (long done = 0; done < memory.byteSize(); ) {
            long n = Door.call(
                    call, mem.number(), memory.address() + done, memory.byteSize() - done, address.value() + done);
            done += requireProgress(n, name + " of /proc/" + pid + "/mem", address.plus(done));
        }
    }

    private long requireProgress(long n, String call, RemoteAddress at) throws KernelException {
        if (n == 0) {
            throw new KernelException(call, at + " in task " + pid, Errno.EFAULT);
        }
        return Door.isError(n) ? Door.require(n, call, at + " in task " + pid) : n;
    }

    private static void vector(MemorySegment iovec, long address, long length) {
        iovec.set(JAVA_LONG, 0, address);
        iovec.set(JAVA_LONG, 8, length);
    }

    @Override
    public void close() {
        if (mem != null) {
            mem.close();
        }
    }
}
