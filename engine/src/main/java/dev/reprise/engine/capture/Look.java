package dev.reprise.engine.capture;

import dev.reprise.engine.model.Explanation;
import dev.reprise.engine.model.Refusal;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The first step of a checkpoint, and all of an explanation: everything that is in the way, touching nothing. */
public final class Look {
    private static final int LAST_STANDARD_STREAM = 2;

    private Look() {}

    /** Everything that is in the way of a checkpoint; empty when nothing is. */
    public static List<Refusal> refusals(int pid) throws KernelException {
        List<Refusal> refusals = new ArrayList<>(ProcessLook.look(pid));
        if (!refusals.isEmpty() && !isWorthLookingAt(pid)) {
            return refusals;
        }
        try (DescriptorCapture descriptors = new DescriptorCapture(pid)) {
            refusals.addAll(descriptors.look());
        }
        try (AddressSpaceCapture memory = new AddressSpaceCapture(pid)) {
            refusals.addAll(memory.look(Set.of(pid)));
        }
        return refusals;
    }

    /** The same with what a user wants to know besides; it may take longer. */
    public static Explanation explain(int pid) throws KernelException {
        List<Refusal> refusals = new ArrayList<>(ProcessLook.look(pid));
        String name = Proc.text("/proc/" + pid + "/comm").strip();
        int threads = Proc.numbers("/proc/" + pid + "/task").size();
        if (!refusals.isEmpty() && !isWorthLookingAt(pid)) {
            return new Explanation(pid, name, refusals, List.of(), 1, threads, 0);
        }
        try (DescriptorCapture descriptors = new DescriptorCapture(pid);
                AddressSpaceCapture memory = new AddressSpaceCapture(pid)) {
            refusals.addAll(descriptors.look());
            refusals.addAll(memory.look(Set.of(pid)));
            return new Explanation(pid, name, refusals, notes(pid), 1, threads, memory.bytesSeen());
        }
    }

    // Kernel threads and zombies have neither memory nor descriptors.
    private static boolean isWorthLookingAt(int pid) {
        try {
            Proc.link("/proc/" + pid + "/exe");
            return true;
        } catch (KernelException none) {
            return false;
        }
    }

    private static List<String> notes(int pid) throws KernelException {
        List<String> notes = new ArrayList<>();
        for (int number : Proc.numbers("/proc/" + pid + "/fd")) {
            String target = number > LAST_STANDARD_STREAM ? "" : Proc.link("/proc/" + pid + "/fd/" + number);
            if (target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console")) {
                notes.add("descriptor " + number + " is a terminal (" + target
                        + "): a restored program gets the terminal of restore");
            } else if (target.startsWith("pipe:") || target.startsWith("socket:")) {
                notes.add("descriptor " + number + " is a " + target
                        + ": where its other end is outside, a restored program gets restore's own descriptor "
                        + number);
            }
        }
        notes.addAll(SleepNotes.of(pid));
        return notes;
    }
}
