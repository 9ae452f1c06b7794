package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpeername;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getsockname;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getsockopt;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What getsockopt(2) and getsockname(2) tell of a socket that we have a descriptor of. */
public final class SocketView {
    private static final int OPTION_SIZE = 256;

    private final Fd fd;

    public SocketView(Fd fd) {
        this.fd = fd;
    }

    /** An option's bytes; empty when this socket does not have it. */
    public byte[] option(int level, int name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(OPTION_SIZE, 8);
            MemorySegment length = arena.allocateFrom(JAVA_INT, OPTION_SIZE);
            long result = Door.call(SYS_getsockopt, fd.number(), level, name, value.address(), length.address());
            return Door.isError(result) ? new byte[0] : Native.copy(value, length.get(JAVA_INT, 0));
        }
    }

    /** A four-byte option. */
    public int number(int level, int name) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            MemorySegment length = arena.allocateFrom(JAVA_INT, 4);
            Door.require(
                    Door.call(SYS_getsockopt, fd.number(), level, name, value.address(), length.address()),
                    "getsockopt",
                    level + "," + name);
            return value.get(JAVA_INT, 0);
        }
    }

    /** The result of asking for an option's length only, as SO_GET_FILTER is asked: a count or a negated errno. */
    public long length(int level, int name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(JAVA_INT, 0);
            long result = Door.call(SYS_getsockopt, fd.number(), level, name, 0, length.address());
            return Door.isError(result) ? result : length.get(JAVA_INT, 0);
        }
    }

    /** Its own address, as the kernel has it. */
    public byte[] localAddress() throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(Sockets.ADDRESS_SIZE, 8);
            MemorySegment length = arena.allocateFrom(JAVA_INT, Sockets.ADDRESS_SIZE);
            Door.require(
                    Door.call(SYS_getsockname, fd.number(), address.address(), length.address()), "getsockname", "");
            return Native.copy(address, length.get(JAVA_INT, 0));
        }
    }

    /** Whether it has a peer, or had one that is gone. */
    public boolean isConnected() {
        return peerAddress().length > 0;
    }

    /** Its peer's address, which may be the family alone; empty without a peer. */
    public byte[] peerAddress() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(Sockets.ADDRESS_SIZE, 8);
            MemorySegment length = arena.allocateFrom(JAVA_INT, Sockets.ADDRESS_SIZE);
            long result = Door.call(SYS_getpeername, fd.number(), address.address(), length.address());
            return Door.isError(result) ? new byte[0] : Native.copy(address, length.get(JAVA_INT, 0));
        }
    }

    /** The bytes that wait to be read. */
    public int unreadBytes() throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            Door.require(Door.call(SYS_ioctl, fd.number(), Ioctl.FIONREAD, count.address()), "ioctl", "FIONREAD");
            return count.get(JAVA_INT, 0);
        }
    }
}
