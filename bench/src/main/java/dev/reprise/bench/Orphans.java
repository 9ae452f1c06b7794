package dev.reprise.bench;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_wait4;

import dev.reprise.kernel.Door;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The programs under measurement: orphans that this JVM adopts, so that their pids are free once they have ended.
 *
 * <p>They are not ProcessBuilder's children, whose reaper would steal the stops of a traced child.
 */
final class Orphans {
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int WNOHANG = 1;
    private static final int SIGKILL = 9;

    private Orphans() {}

    /** From now on this JVM is the parent of what is orphaned below it. */
    static void adopt() {
        Door.call(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1);
    }

    /** A process and all below it. */
    static List<Integer> family(int pid) {
        List<Integer> family = new ArrayList<>(List.of(pid));
        ProcessHandle.of(pid)
                .ifPresent(process ->
                        process.descendants().forEach(descendant -> family.add(Math.toIntExact(descendant.pid()))));
        return family;
    }

    static void kill(int pid) {
        Door.call(SYS_kill, pid, SIGKILL);
    }

    static boolean isAlive(int pid) {
        return "ZX".indexOf(stat(pid, 0).charAt(0)) < 0;
    }

    static boolean isOurChild(int pid) {
        return stat(pid, 1).equals(Long.toString(ProcessHandle.current().pid()));
    }

    // A field after the name, which may hold anything.
    private static String stat(int pid, int field) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[field];
        } catch (IOException gone) {
            return "X";
        }
    }

    /** Waits until all of a family have ended, and reaps them. */
    static void awaitEnd(List<Integer> family, long nanos) throws IOException, InterruptedException {
        for (int pid : family) {
            awaitEnd(pid, nanos);
        }
    }

    /** Waits until the process has ended, and reaps it. */
    static void awaitEnd(int pid, long nanos) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + nanos;
        while (isOurChild(pid) && Door.call(SYS_wait4, pid, 0, WNOHANG, 0) == 0) {
            if (System.nanoTime() > deadline) {
                throw new IOException("process " + pid + " has not ended");
            }
            Thread.sleep(1);
        }
    }
}
