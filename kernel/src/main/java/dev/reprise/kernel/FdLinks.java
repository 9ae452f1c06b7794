package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_readlinkat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where all descriptors of a process lead, as fast as the kernel tells it: a look around reads those of the whole machine. */
public final class FdLinks {
    private static final int PATH_MAX = 4096;
    private static final int NAME_BYTES = 16;

    private FdLinks() {}

    /**
     * The links in /proc/PID/fd by number (ISO 8859-1), ascending as the kernel lists them. Those closed meanwhile are
     * missing, and all are where we may not look into the process.
     *
     * @throws KernelException when the directory cannot be read: the process has ended, or is not ours to look into
     */
    public static Map<Integer, String> of(int pid) throws KernelException {
        return read(pid, true);
    }

    /** The same of a process that we must be able to look into. */
    public static Map<Integer, String> complete(int pid) throws KernelException {
        return read(pid, false);
    }

    /** The same of some of its descriptors only. */
    public static Map<Integer, String> of(int pid, Collection<Integer> numbers) throws KernelException {
        return read(pid, numbers.stream().map(String::valueOf).toList(), false);
    }

    private static Map<Integer, String> read(int pid, boolean mayBeForbidden) throws KernelException {
        return read(pid, Proc.list("/proc/" + pid + "/fd"), mayBeForbidden);
    }

    private static Map<Integer, String> read(int pid, List<String> numbers, boolean mayBeForbidden)
            throws KernelException {
        Map<Integer, String> links = new LinkedHashMap<>();
        if (numbers.isEmpty()) {
            return links;
        }
        String path = "/proc/" + pid + "/fd";
        try (Fd directory = Fd.open(path, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0);
                Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(NAME_BYTES);
            MemorySegment target = arena.allocate(PATH_MAX);
            for (String number : numbers) {
                name.setString(0, number);
                long length = Door.call(
                        SYS_readlinkat, directory.number(), name.address(), target.address(), target.byteSize());
                if (!Door.isError(length)) {
                    links.put(
                            Integer.valueOf(number),
                            new String(Native.copy(target, length), StandardCharsets.ISO_8859_1));
                } else if (Errno.of(length) == Errno.ENOMEM) {
                    throw new KernelException("readlink", path + "/" + number, Errno.ENOMEM);
                } else if (mayBeForbidden && Errno.of(length) == Errno.EACCES) {
                    break; // it is the process that we may not look into, whatever the number
                } else if (!mayBeForbidden && Errno.of(length) != Errno.ENOENT) {
                    throw new KernelException("readlink", path + "/" + number, Errno.of(length));
                }
            }
        }
        return links;
    }
}
