package dev.reprise.acceptance;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Processes that are not ours by Java's reckoning: guests and what is restored.
 *
 * <p>This JVM is a child subreaper, so orphans become its children; it waits for each by number. ProcessBuilder's
 * reaper would steal the stops of a traced child, so nothing that is checkpointed may be its child.
 */
final class Tasks {
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int WNOHANG = 1;
    static final int SIGKILL = 9;
    static final int SIGCONT = 18;
    static final int SIGSTOP = 19;

    /** The status of a process that somebody else waited for. */
    static final int UNKNOWN = -1;

    private static final int STILL_ENDING = -2;

    static {
        Door.call(SyscallNumbers.SYS_prctl, PR_SET_CHILD_SUBREAPER, 1);
    }

    private Tasks() {}

    /** Makes sure that this JVM adopts what is orphaned from now on. */
    static void adoptOrphans() {}

    static boolean isRoot() {
        return Door.call(SyscallNumbers.SYS_geteuid) == 0;
    }

    /** A process and all below it, parents first; zombies included. */
    static List<Integer> family(int pid) {
        List<Integer> family = new ArrayList<>(List.of(pid));
        for (int i = 0; i < family.size(); i++) {
            String[] tids = new File("/proc/" + family.get(i) + "/task").list();
            for (String tid : tids == null ? new String[0] : tids) {
                try {
                    String children = Files.readString(
                            Path.of("/proc/" + family.get(i) + "/task/" + tid + "/children"),
                            StandardCharsets.ISO_8859_1);
                    for (String child : children.strip().split(" ")) {
                        if (!child.isEmpty()) {
                            family.add(Integer.valueOf(child));
                        }
                    }
                } catch (IOException gone) {
                    // it has no children any more
                }
            }
        }
        return family;
    }

    /** Waits for the end of all of a family that was killed: who was not the first's child is adopted by us. */
    static void awaitEnd(List<Integer> family, Duration limit) throws InterruptedException {
        for (int pid : family) {
            awaitEnd(pid, limit);
        }
    }

    /** Kills all whose command lines name a directory of ours, who have nobody else to end them. */
    static void endAllThatName(Path directory) {
        ProcessHandle.allProcesses()
                .filter(process -> commandLine(process.pid()).contains(directory + "\0"))
                .forEach(process -> kill((int) process.pid(), SIGKILL));
    }

    /** Its arguments, each ended by a zero; nothing where there is none. */
    static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    /** What it is called; nothing where there is none. */
    static String name(int pid) {
        ProcStat stat = stat(pid);
        return stat == null || stat.isZombie() ? "" : stat.name();
    }

    static void kill(int pid, int signal) {
        Door.call(SyscallNumbers.SYS_kill, pid, signal);
    }

    /** Whether the process exists and has not ended. */
    static boolean isAlive(int pid) {
        char state = state(pid);
        return state != 'Z' && state != 'X' && state != ' ';
    }

    /** The state letter of /proc/PID/stat; a blank when there is no such process. */
    static char state(int pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException | StringIndexOutOfBoundsException gone) {
            return ' ';
        }
    }

    /**
     * Waits for the end of a process and reaps it if it is our child.
     *
     * @return its exit status, 128+n for a signal, {@link #UNKNOWN} when it is not our child
     */
    static int awaitEnd(int pid, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            if (!isAlive(pid)) {
                long status = reap(pid);
                if (status != STILL_ENDING) {
                    return (int) status;
                }
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("process " + pid + " has not ended after " + limit.toSeconds() + " s");
            }
            Thread.sleep(2);
        }
    }

    // A leader may be a zombie while other threads of its process still end.
    private static long reap(int pid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
            long result = Door.call(SyscallNumbers.SYS_wait4, pid, status.address(), WNOHANG, 0);
            if (result == pid) {
                int word = status.get(ValueLayout.JAVA_INT, 0);
                return (word & 0x7f) == 0 ? word >> 8 & 0xff : 128 + (word & 0x7f);
            }
            return result == 0 || threads(pid) > 1 ? STILL_ENDING : UNKNOWN;
        }
    }

    private static int threads(int pid) {
        String[] tids = new File("/proc/" + pid + "/task").list();
        return tids == null ? 0 : tids.length;
    }

    /** Our children, the orphans that we have adopted included. */
    static Set<Integer> children() throws IOException {
        Set<Integer> children = new TreeSet<>();
        try (var tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                for (String pid : Files.readString(task.resolve("children")).split(" ")) {
                    if (!pid.isBlank()) {
                        children.add(Integer.parseInt(pid.strip()));
                    }
                }
            }
        } catch (NoSuchFileException ended) {
            return children(); // a thread whose children another one has now
        }
        return children;
    }

    /** The sessions of a family. */
    static Set<Integer> sessions(List<Integer> family) {
        Set<Integer> sessions = new TreeSet<>();
        for (int pid : family) {
            ProcStat stat = stat(pid);
            if (stat != null) {
                sessions.add(stat.session());
            }
        }
        return sessions;
    }

    /**
     * Reaps those of some sessions that have become our children and have ended, until there are none: born and orphaned
     * while nobody counted, they would keep their ids.
     */
    static void reap(Set<Integer> sessions) throws IOException {
        boolean found = true;
        while (found) {
            found = false;
            for (int child : children()) {
                ProcStat stat = stat(child);
                if (stat != null && stat.isZombie() && sessions.contains(stat.session())) {
                    reap(child);
                    found = true;
                }
            }
        }
    }

    /** Waits until nobody is in some sessions, reaping our children there: whoever still ends has no command line. */
    static void awaitEndOf(Set<Integer> sessions, Duration limit) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!reaped(sessions)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("sessions " + sessions + " still have " + inSessions(sessions) + " after "
                        + limit.toSeconds() + " s");
            }
            Thread.sleep(2);
        }
    }

    /** Whether nobody is in some sessions once our children there that have ended are reaped. */
    static boolean reaped(Set<Integer> sessions) throws IOException {
        reap(sessions);
        return inSessions(sessions).isEmpty();
    }

    /** All in some sessions, zombies too. */
    static List<Integer> inSessions(Set<Integer> sessions) {
        return ProcessHandle.allProcesses()
                .map(process -> (int) process.pid())
                .filter(pid -> {
                    ProcStat stat = stat(pid);
                    return stat != null && sessions.contains(stat.session());
                })
                .toList();
    }

    private static @Nullable ProcStat stat(int pid) {
        try {
            return ProcStat.of(pid);
        } catch (KernelException gone) {
            return null;
        }
    }

    /** What /proc says about a process that is not where it should be. */
    static String describe(int pid) {
        StringBuilder text = new StringBuilder("process " + pid + ":\n");
        try (var tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            int shown = 0;
            for (Path task : tasks) {
                text.append("  ").append(task.getFileName()).append(": ");
                for (String file : new String[] {"stat", "syscall", "wchan"}) {
                    text.append(Files.readString(task.resolve(file), StandardCharsets.ISO_8859_1)
                                    .strip())
                            .append(" | ");
                }
                text.append('\n');
                if (++shown == 8) {
                    break;
                }
            }
        } catch (IOException gone) {
            text.append("  gone\n");
        }
        return text.toString();
    }
}
