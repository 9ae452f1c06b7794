package dev.reprise.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * /proc/PID/status or /proc/PID/task/TID/status (man 5 proc_pid_status); fields are looked up when asked for.
 *
 * @param text the file's contents; its first line, the name, is escaped: see /proc/PID/comm
 */
public record ProcStatus(String text) {
    /** Of a task. */
    public static ProcStatus of(int pid, int tid) throws KernelException {
        return new ProcStatus(Proc.text("/proc/" + pid + "/task/" + tid + "/status"));
    }

    /** The rest of a field's line; empty when this kernel does not have it. */
    public String field(String name) {
        String key = "\n" + name + ":";
        int at = text.indexOf(key);
        if (at < 0) {
            return "";
        }
        int start = at + key.length();
        int end = text.indexOf('\n', start);
        return text.substring(start, end < 0 ? text.length() : end).strip();
    }

    /** One letter: R, S, D, T (stopped), t (traced), Z, X, I. */
    public char state() {
        return field("State").charAt(0);
    }

    /** Who traces it; 0 for nobody. */
    public int tracer() {
        return number("TracerPid");
    }

    /** The parent, as our pid namespace numbers it. */
    public int parent() {
        return number("PPid");
    }

    /** Real, effective, saved and file system user id. */
    public int[] userIds() {
        return unsigned("Uid");
    }

    /** Real, effective, saved and file system group id. */
    public int[] groupIds() {
        return unsigned("Gid");
    }

    /** The supplementary groups, ascending. */
    public List<Integer> groups() {
        List<Integer> groups = new ArrayList<>();
        for (int group : unsigned("Groups")) {
            groups.add(group);
        }
        return groups;
    }

    /** The file mode creation mask. */
    public int umask() {
        return Integer.parseInt(field("Umask"), 8);
    }

    /** A set of capabilities: Inh, Prm, Eff, Bnd or Amb. */
    public long capabilities(String set) {
        return Long.parseUnsignedLong(field("Cap" + set), 16);
    }

    /** Whether execve can give it nothing more. */
    public boolean noNewPrivs() {
        return field("NoNewPrivs").equals("1");
    }

    /** 0 none, 1 strict, 2 filters. */
    public int seccomp() {
        String mode = field("Seccomp");
        return mode.isEmpty() ? 0 : Integer.parseInt(mode);
    }

    /** The ids (NStgid, NSpid, NSpgid, NSsid) from our pid namespace to the task's own. */
    public int[] ids(String field) {
        return unsigned(field);
    }

    /** The id in the task's own pid namespace. */
    public int innermost(String field) {
        int[] ids = ids(field);
        return ids[ids.length - 1];
    }

    private int number(String name) {
        return Integer.parseInt(field(name));
    }

    private int[] unsigned(String name) {
        // By hand: a cold regular expression for every thread is too much for a freeze.
        String words = field(name);
        int[] numbers = new int[words.length() / 2 + 1];
        int count = 0;
        for (int i = 0; i < words.length(); i++) {
            if (Character.isDigit(words.charAt(i))) {
                int end = i;
                while (end < words.length() && Character.isDigit(words.charAt(end))) {
                    end++;
                }
                numbers[count++] = Integer.parseUnsignedInt(words, i, end, 10);
                i = end;
            }
        }
        return Arrays.copyOf(numbers, count);
    }
}
