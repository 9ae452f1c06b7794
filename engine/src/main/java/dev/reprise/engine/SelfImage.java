package dev.reprise.engine;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_exit_group;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.reprise.kernel.ArrayMemory;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.PauseForArguments;
import dev.reprise.kernel.Proc;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tool as an executable checkpoint of itself: a warm JVM sleeps in {@link #await}, is made an executable there, and
 * goes on from there with another command line each time that is executed.
 */
public final class SelfImage {
    private static final String OPT_OUT = "REPRISE_SELF_STALE=1";

    /** The bytes of a huge page. */
    public static final int HUGE_PAGE = ArrayMemory.HUGE_PAGE;

    private static volatile boolean started;

    private SelfImage() {}

    /** Whether this process began as an execution of the tool's checkpoint of itself. */
    public static boolean isStarted() {
        return started;
    }

    /** A command line, and where it was given. */
    public static final class Call {
        private final PauseForArguments.Answer answer;

        private Call(PauseForArguments.Answer answer) {
            this.answer = answer;
        }

        /** The arguments behind the command's own name. */
        public List<String> arguments() {
            return answer.arguments().stream().skip(1).map(Call::text).toList();
        }

        /** The environment. */
        public Map<String, String> environment() {
            Map<String, String> environment = new HashMap<>();
            for (String entry : answer.environment()) {
                int equals = entry.indexOf('=');
                if (equals > 0) {
                    environment.put(text(entry.substring(0, equals)), text(entry.substring(equals + 1)));
                }
            }
            return environment;
        }

        /** The working directory; empty where it has no name. */
        public Path workingDirectory() {
            try {
                return Path.of(text(Proc.link("/proc/self/cwd")));
            } catch (KernelException none) {
                return Path.of("");
            }
        }

        /** Executes {@code launcher} with the same command line, which then finds out what is newer; returns only on failure. */
        public void runInstead(Path launcher) {
            List<String> arguments = new ArrayList<>(answer.arguments());
            arguments.set(0, launcher.toString());
            List<String> environment = new ArrayList<>(answer.environment());
            environment.add(OPT_OUT);
            Relaunch.execute(launcher.toString(), arguments, environment);
        }

        // The JVM's own reading of its arguments: UTF-8.
        private static String text(String bytes) {
            return new String(bytes.getBytes(ISO_8859_1), UTF_8);
        }
    }

    /** Ends this process at once: exit_group(2), with nothing that the JVM does at its end. */
    public static void exit(int status) {
        Door.call(SYS_exit_group, status);
    }

    /** What {@link #await} would give for a command line in this environment: for a dry run of all that follows. */
    public static Call rehearse(String... arguments) {
        List<String> line = new ArrayList<>(List.of("reprise"));
        line.addAll(List.of(arguments));
        return new Call(PauseForArguments.rehearse(line, List.of("PATH=/", "REPRISE=rehearsal")));
    }

    /** Gives the memory of an array of zeros back to the kernel, until it is touched, so that no image has it; or leaves it. */
    public static void giveBack(byte[] zeros) {
        try {
            ArrayMemory.giveBack(zeros);
        } catch (KernelException kept) {
            return; // it only takes longer
        }
    }

    /** Sleeps until this process is an execution of the executable that was made of it. */
    public static Call await() {
        PauseForArguments.Answer answer = PauseForArguments.await();
        started = true;
        return new Call(answer);
    }
}
