package dev.reprise.engine.capture;

import dev.reprise.kernel.FdInfo;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which of the descriptors 0-2 may be restore's own after a restore. */
final class StreamNotes {
    private static final int LAST_STANDARD_STREAM = 2;

    private final Set<String> own = new HashSet<>();

    /** {@code set}: the terminals whose masters it has come back with it. */
    StreamNotes(ProcessSet set) {
        for (Member member : set.members()) {
            try {
                for (int number : Proc.numbers("/proc/" + member.tid() + "/fd")) {
                    addTerminal(member.tid(), number);
                }
            } catch (KernelException ended) {
                // it has none
            }
        }
    }

    private void addTerminal(int pid, int number) {
        try {
            if (Proc.link("/proc/" + pid + "/fd/" + number).endsWith("ptmx")) {
                own.add(Pseudoterminals.SLAVES + Pseudoterminals.indexOf(FdInfo.of(pid, number)));
            }
        } catch (KernelException closed) {
            // it leads nowhere any more
        }
    }

    /** A line for each that a user should know of. */
    List<String> of(int pid) throws KernelException {
        List<String> notes = new ArrayList<>(0);
        for (int number : Proc.numbers("/proc/" + pid + "/fd")) {
            if (number > LAST_STANDARD_STREAM) {
                break;
            }
            String target = Proc.link("/proc/" + pid + "/fd/" + number);
            if (isTerminal(target) && !own.contains(target)) {
                notes.add("descriptor " + number + " is a terminal (" + target
                        + "): a restored program gets the terminal of restore");
            } else if (target.startsWith("pipe:") || target.startsWith("socket:") || isFifo(pid, number)) {
                notes.add("descriptor " + number + " is a "
                        + (target.startsWith("/") ? "FIFO (" + target + ")" : target)
                        + ": where its other end is outside, a restored program gets restore's own descriptor "
                        + number);
            }
        }
        return notes;
    }

    private static boolean isTerminal(String target) {
        return target.startsWith(Pseudoterminals.SLAVES)
                || target.startsWith("/dev/tty")
                || target.equals("/dev/console");
    }

    private static boolean isFifo(int pid, int number) throws KernelException {
        return FileStatus.of("/proc/" + pid + "/fd/" + number).isFifo();
    }
}
