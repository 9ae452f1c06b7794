package dev.reprise.engine.capture;

import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStatus;

/** The path of a file of /proc in the numbers of its process's own pid namespace, which are those after a restore. */
final class ProcPath {
    private static final String ROOT = "/proc/";
    private static final String TASKS = "/task/";

    private ProcPath() {}

    /** Empty when it is about no process of the set. */
    static String of(LiveDescriptor d, ProcessSet set) throws KernelException {
        String link = d.link();
        if (!link.startsWith(ROOT)) {
            return link.equals("/proc") ? link : "";
        }
        int numberEnd = digitsEnd(link, ROOT.length());
        if (numberEnd == ROOT.length()) {
            return d.whyNameless().isEmpty() ? link : "";
        }
        // A /proc of another pid namespace counts in its own numbers.
        boolean ours = d.status().device() == FileStatus.of(ROOT).device();
        int number = Integer.parseInt(link.substring(ROOT.length(), numberEnd));
        for (Member member : set.members()) {
            if (!ours || member.pid() == number) {
                int inner = ProcStatus.of(member.pid(), member.tid()).innermost("NStgid");
                if (ours || inner == number) {
                    return ROOT + inner + tasks(link.substring(numberEnd), member.pid(), ours);
                }
            }
        }
        return "";
    }

    private static String tasks(String rest, int pid, boolean ours) throws KernelException {
        int end = rest.startsWith(TASKS) ? digitsEnd(rest, TASKS.length()) : 0;
        if (end <= TASKS.length() || !ours) {
            return rest;
        }
        int tid = Integer.parseInt(rest.substring(TASKS.length(), end));
        return TASKS + ProcStatus.of(pid, tid).innermost("NSpid") + rest.substring(end);
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
