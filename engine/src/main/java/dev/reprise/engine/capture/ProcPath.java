package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getdents64;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;

import dev.reprise.image.state.FileIdentity;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The path of a file of /proc in the numbers of its process's own pid namespace, which are those after a restore. */
final class ProcPath {
    private static final String ROOT = "/proc/";
    private static final String TASKS = "/task/";

    private static final int ENTRIES = 1024;

    private ProcPath() {}

    /** Empty when it is about no process of the set, and about none that is gone. */
    static String of(LiveDescriptor d, ProcessSet set) throws KernelException {
        String link = withoutMark(d.link());
        if (!link.startsWith(ROOT)) {
            return link.equals("/proc") ? link : "";
        }
        int numberEnd = digitsEnd(link, ROOT.length());
        // A /proc of another pid namespace counts in its own numbers.
        boolean ours = d.status().device() == FileStatus.of(ROOT).device();
        if (numberEnd == ROOT.length()) {
            return !ours || d.whyNameless().isEmpty() ? link : "";
        }
        int number = Integer.parseInt(link.substring(ROOT.length(), numberEnd));
        for (Member member : set.members()) {
            if (!ours || member.pid() == number) {
                int inner = ProcStatus.of(member.pid(), member.tid()).innermost("NStgid");
                if (ours || inner == number) {
                    String rest = tasks(link.substring(numberEnd), member.pid(), ours);
                    return rest == null ? "" : ROOT + inner + rest;
                }
            }
        }
        return ours ? isGone(number, set) ? link : "" : isOfNobody(d) ? link : "";
    }

    // Such a file is nobody's any more; it is opened again while somebody has that id for a moment.
    private static boolean isGone(int number, ProcessSet set) throws KernelException {
        int first = set.members().getFirst().tid();
        return ProcStatus.of(first, first).ids("NSpid").length == 1
                && !set.ids().contains(number)
                && Door.call(SYS_kill, number, 0) == -Errno.ESRCH.code();
    }

    // What is about a process that has ended says so for good.
    private static boolean isOfNobody(LiveDescriptor d) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(ENTRIES);
            long result = Door.call(SYS_pread64, d.copy().number(), buffer.address(), 1, 0);
            if (result == -Errno.EISDIR.code()) {
                result = Door.call(SYS_getdents64, d.copy().number(), buffer.address(), ENTRIES);
            }
            return result == -Errno.ESRCH.code() || result == -Errno.ENOENT.code();
        }
    }

    private static String withoutMark(String link) {
        return link.endsWith(FileIdentity.DELETED)
                ? link.substring(0, link.length() - FileIdentity.DELETED.length())
                : link;
    }

    // null: of a thread that is gone, whose process is not
    private static @Nullable String tasks(String rest, int pid, boolean ours) throws KernelException {
        int end = rest.startsWith(TASKS) ? digitsEnd(rest, TASKS.length()) : 0;
        if (end <= TASKS.length() || !ours) {
            return rest;
        }
        int tid = Integer.parseInt(rest.substring(TASKS.length(), end));
        try {
            return TASKS + ProcStatus.of(pid, tid).innermost("NSpid") + rest.substring(end);
        } catch (KernelException gone) {
            if (gone.errno() == Errno.ENOENT || gone.errno() == Errno.ESRCH) {
                return null;
            }
            throw gone;
        }
    }

    private static int digitsEnd(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
            at++;
        }
        // A name that only begins with digits is no task's.
        return at == text.length() || text.charAt(at) == '/' ? at : from;
    }
}
