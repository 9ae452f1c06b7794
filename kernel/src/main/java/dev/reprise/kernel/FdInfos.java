package dev.reprise.kernel;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** What /proc tells about many descriptors of a process, as fast as it does: by their directory, with one read for each. */
public final class FdInfos {
    private static final int NAME_BYTES = 16;
    // The kernel makes the whole text at once, and gives what there is room for: less than that is all.
    private static final int USUAL = 1 << 12;

    private FdInfos() {}

    /** Of those descriptors, by number; those closed meanwhile are missing. */
    public static Map<Integer, FdInfo> of(int pid, Collection<Integer> numbers) throws KernelException {
        Map<Integer, FdInfo> infos = new HashMap<>();
        if (numbers.isEmpty()) {
            return infos;
        }
        String path = "/proc/" + pid + "/fdinfo";
        try (Fd directory = Fd.open(path, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0);
                Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(NAME_BYTES);
            MemorySegment text = arena.allocate(USUAL);
            for (int number : numbers) {
                name.setString(0, Integer.toString(number));
                long file =
                        Door.call(SYS_openat, directory.number(), name.address(), Fcntl.O_RDONLY | Fcntl.O_CLOEXEC, 0);
                if (file == -Errno.ENOENT.code()) {
                    continue;
                }
                try (Fd open = new Fd(Door.require(file, "openat", path + "/" + number))) {
                    infos.put(number, read(open, text, pid, number));
                }
            }
        }
        return infos;
    }

    private static FdInfo read(Fd file, MemorySegment text, int pid, int number) throws KernelException {
        long length = Door.call(SYS_pread64, file.number(), text.address(), USUAL, 0);
        if (length < 0 || length == USUAL) {
            return FdInfo.of(pid, number);
        }
        byte[] bytes = new byte[(int) length];
        MemorySegment.copy(text, JAVA_BYTE, 0, bytes, 0, bytes.length);
        return FdInfo.parse(new String(bytes, StandardCharsets.ISO_8859_1));
    }
}
