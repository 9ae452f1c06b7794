package dev.reprise.engine.tracee;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A program to be seized that is nobody's child of ours: the JVM's reaper would take our ptrace stops of its own
 * children for their death.
 */
final class Victim implements AutoCloseable {
    private static final int SIGKILL = 9;
    final int pid;

    Victim(String command) throws IOException {
        Process shell = new ProcessBuilder("/bin/sh", "-c", command + " </dev/null >/dev/null 2>&1 & echo $!").start();
        String pidText = new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        pid = Integer.parseInt(pidText.trim());
    }

    /** What must not change: mappings (but for the stack's growth), descriptors, signal state, children. */
    String condition() throws Exception {
        StringBuilder condition =
                new StringBuilder(Proc.text("/proc/" + pid + "/maps").replaceAll("(?m)^.*\\[stack]\n", ""));
        condition.append(Proc.list("/proc/" + pid + "/fd")).append('\n');
        for (int tid : Proc.numbers("/proc/" + pid + "/task")) {
            condition.append(Proc.text("/proc/" + pid + "/task/" + tid + "/children"));
            for (String line :
                    Proc.text("/proc/" + pid + "/task/" + tid + "/status").split("\n")) {
                if (line.startsWith("Sig") && !line.startsWith("SigQ")
                        || line.startsWith("Shd")
                        || line.startsWith("Name")
                        || line.startsWith("Tracer")) {
                    condition.append(tid).append(' ').append(line).append('\n');
                }
            }
        }
        return condition.toString();
    }

    /** Waits until it is past its start: so many threads, and nothing new for a while. */
    String awaitCalm(int threads) throws Exception {
        String last = "";
        while (true) {
            Thread.sleep(300);
            String now = condition();
            if (now.equals(last) && Proc.numbers("/proc/" + pid + "/task").size() == threads) {
                return now;
            }
            last = now;
        }
    }

    void signal(int number) {
        Door.call(SyscallNumbers.SYS_kill, pid, number);
    }

    /** Waits until it is in a state. */
    void await(char state) throws Exception {
        while (ProcStat.of(pid).state() != state) {
            if (!isAlive() || ProcStat.of(pid).isZombie()) {
                throw new AssertionError("it has ended, which was to be " + state);
            }
            Thread.sleep(1);
        }
    }

    /** Waits until it has ended. */
    void awaitEnd() throws Exception {
        while (isAlive() && !ProcStat.of(pid).isZombie()) {
            Thread.sleep(1);
        }
    }

    boolean isAlive() {
        return Door.call(SyscallNumbers.SYS_kill, pid, 0) == 0;
    }

    @Override
    public void close() {
        Door.call(SyscallNumbers.SYS_kill, pid, SIGKILL);
    }
}
