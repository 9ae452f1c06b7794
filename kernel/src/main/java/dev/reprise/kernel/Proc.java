package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getdents64;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_readlinkat;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Reads /proc through the door: whole files, links and directories.
 *
 * <p>Text is ISO 8859-1: a char is a byte, so that names which are no UTF-8 survive. No Java file API: on the way to
 * a freeze its cold classes cost more than the reading.
 */
public final class Proc {
    private static final int FIRST_BUFFER = 1 << 16;
    private static final int PATH_MAX = 4096;
    // New memory would be cleared each time, which takes longer than reading most of these files.
    private static final ThreadLocal<MemorySegment> BUFFER =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(FIRST_BUFFER));

    private Proc() {}

    /** Our own pid, asked now: the JDK remembers the one that it started with, and a frozen JVM goes on under others. */
    public static int ownPid() {
        return (int) Door.call(SyscallNumbers.SYS_getpid);
    }

    /** A file's whole contents as text. */
    public static String text(String path) throws KernelException {
        return new String(bytes(path), StandardCharsets.ISO_8859_1);
    }

    /** A file's whole contents, read once: the kernel makes some of them with much work (smaps). */
    public static byte[] bytes(String path) throws KernelException {
        MemorySegment buffer = BUFFER.get();
        try (Fd fd = Fd.open(path, Fcntl.O_RDONLY, 0)) {
            byte[] content = new byte[0];
            int length = 0;
            while (true) {
                int n = (int) fill(fd, buffer, length, path);
                if (content.length - length < n) {
                    content = Arrays.copyOf(content, Math.max(length + n, 2 * length));
                }
                MemorySegment.copy(buffer, JAVA_BYTE, 0, content, length, n);
                length += n;
                if (n < FIRST_BUFFER) {
                    return length == content.length ? content : Arrays.copyOf(content, length);
                }
            }
        }
    }

    // Files in /proc come in pieces of about a page.
    private static long fill(Fd fd, MemorySegment buffer, long offset, String path) throws KernelException {
        long length = 0;
        while (length < buffer.byteSize()) {
            long n = Door.require(
                    Door.call(
                            SYS_pread64,
                            fd.number(),
                            buffer.address() + length,
                            buffer.byteSize() - length,
                            offset + length),
                    "read",
                    path);
            if (n == 0) {
                break;
            }
            length += n;
        }
        return length;
    }

    /** Where a symbolic link leads. */
    public static String link(String path) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(PATH_MAX);
            long length = Door.require(
                    Door.call(
                            SYS_readlinkat,
                            Fd.AT_FDCWD,
                            Native.path(arena, path).address(),
                            buffer.address(),
                            PATH_MAX),
                    "readlink",
                    path);
            return new String(Native.copy(buffer, length), StandardCharsets.ISO_8859_1);
        }
    }

    /** The names in a directory, without "." and "..", in the kernel's order. */
    public static List<String> list(String directory) throws KernelException {
        List<String> names = new ArrayList<>();
        MemorySegment buffer = BUFFER.get();
        try (Fd fd = Fd.open(directory, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0)) {
            while (true) {
                long length = Door.require(
                        Door.call(SYS_getdents64, fd.number(), buffer.address(), buffer.byteSize()),
                        "getdents64",
                        directory);
                if (length == 0) {
                    return names;
                }
                addNames(buffer, length, names);
            }
        }
    }

    // struct linux_dirent64: u64 ino, s64 off, u16 reclen, u8 type, char name[]
    private static void addNames(MemorySegment entries, long length, List<String> names) {
        for (long at = 0; at < length; at += Short.toUnsignedInt(entries.get(JAVA_SHORT_UNALIGNED, at + 16))) {
            long end = at + 19;
            while (entries.get(JAVA_BYTE, end) != 0) {
                end++;
            }
            String name =
                    new String(entries.asSlice(at + 19, end - at - 19).toArray(JAVA_BYTE), StandardCharsets.ISO_8859_1);
            if (!name.equals(".") && !name.equals("..")) {
                names.add(name);
            }
        }
    }

    /** The ids of a process's children; none when it has ended. */
    public static List<Integer> children(int pid) {
        List<Integer> children = new ArrayList<>();
        try {
            for (int tid : numbers("/proc/" + pid + "/task")) {
                try {
                    children.addAll(children(pid, tid));
                } catch (KernelException ended) {
                    // a thread, whose children are another one's now
                }
            }
        } catch (KernelException gone) {
            // as said
        }
        return children;
    }

    /** The ids of the children of one thread of a process. */
    public static List<Integer> children(int pid, int tid) throws KernelException {
        List<Integer> children = new ArrayList<>(0);
        for (String child : text("/proc/" + pid + "/task/" + tid + "/children").split(" ", 0)) {
            if (!child.isBlank()) {
                children.add(Integer.valueOf(child.strip()));
            }
        }
        return children;
    }

    /** The numbers among a directory's names (pids, tids, descriptors), ascending. */
    public static List<Integer> numbers(String directory) throws KernelException {
        List<Integer> numbers = new ArrayList<>();
        for (String name : list(directory)) {
            if (isNumber(name)) {
                numbers.add(Integer.valueOf(name));
            }
        }
        Collections.sort(numbers);
        return numbers;
    }

    private static boolean isNumber(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return false;
            }
        }
        return !name.isEmpty();
    }
}
