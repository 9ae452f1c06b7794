package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getpeername;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getsockname;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getsockopt;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsockopt;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What getsockopt(2) and getsockname(2) tell of a socket that we have a descriptor of. */
public final class SocketView {
    private static final int OPTION_SIZE = 256;
    /** sizeof(struct sockaddr_un) */
    private static final int UNIX_ADDRESS = 110;
    /** Of SK_MEMINFO_WMEM_ALLOC in what SO_MEMINFO gives. */
    private static final int WRITE_MEMORY_AT = 2 * Integer.BYTES;

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

    /** SO_GET_FILTER: so many entries of so many bytes. */
    public byte[] filter(int entries, int entrySize) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate((long) entries * entrySize, 8);
            MemorySegment length = arena.allocateFrom(JAVA_INT, entries);
            long result = Door.call(
                    SYS_getsockopt,
                    fd.number(),
                    Sockets.SOL_SOCKET,
                    Sockets.SO_GET_FILTER,
                    value.address(),
                    length.address());
            return Door.isError(result) ? new byte[0] : Native.copy(value, value.byteSize());
        }
    }

    /** Its own address, as the kernel has it. */
    public byte[] localAddress() throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(Sockets.ADDRESS_SIZE, 8);
            MemorySegment length = arena.allocateFrom(JAVA_INT, Sockets.ADDRESS_SIZE);
            Door.require(
                    Door.call(SYS_getsockname, fd.number(), address.address(), length.address()), "getsockname", "");
            return Native.copy(address, usable(address, length.get(JAVA_INT, 0)));
        }
    }

    // A UNIX path that fills its place is told with a zero behind it, which bind(2) and connect(2) do not take.
    private static int usable(MemorySegment address, int length) {
        return address.get(JAVA_SHORT, 0) == Sockets.AF_UNIX ? Math.min(length, UNIX_ADDRESS) : length;
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
            return Door.isError(result) ? new byte[0] : Native.copy(address, usable(address, length.get(JAVA_INT, 0)));
        }
    }

    /** The bytes that wait to be read; of datagrams those of the first. */
    public int unreadBytes() throws KernelException {
        return count(Ioctl.FIONREAD, "FIONREAD");
    }

    /** The bytes sent that nobody has read (UNIX) or acknowledged (TCP). */
    public int unsentBytes() throws KernelException {
        try {
            return count(Ioctl.SIOCOUTQ, "SIOCOUTQ");
        } catch (KernelException failed) {
            if (failed.errno() != Errno.ENOTTY) {
                throw failed;
            }
            // ICMP sockets know no ioctl: what they have allocated for sending, which is a little more
            byte[] memory = option(Sockets.SOL_SOCKET, Sockets.SO_MEMINFO);
            return ByteBuffer.wrap(memory).order(ByteOrder.nativeOrder()).getInt(WRITE_MEMORY_AT);
        }
    }

    private int count(int request, String name) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(JAVA_INT);
            Door.require(Door.call(SYS_ioctl, fd.number(), request, count.address()), "ioctl", name);
            return count.get(JAVA_INT, 0);
        }
    }

    /** Whether an option takes a value; it has it then. */
    public boolean canSet(int level, int name, byte[] value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = Native.bytes(arena, value);
            return !Door.isError(Door.call(SYS_setsockopt, fd.number(), level, name, bytes.address(), value.length));
        }
    }

    /** Sets a four-byte option. */
    public void set(int level, int name, int value) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocateFrom(JAVA_INT, value);
            Door.require(
                    Door.call(SYS_setsockopt, fd.number(), level, name, word.address(), 4),
                    "setsockopt",
                    level + "," + name + "," + value);
        }
    }

    /** An option that is asked with a question in its own memory ({@code value}); empty when the answer is an error. */
    public byte[] answer(int level, int name, byte[] question) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = Native.bytes(arena, question);
            MemorySegment length = arena.allocateFrom(JAVA_INT, question.length);
            long result = Door.call(SYS_getsockopt, fd.number(), level, name, value.address(), length.address());
            return Door.isError(result) ? new byte[0] : Native.copy(value, length.get(JAVA_INT, 0));
        }
    }
}
