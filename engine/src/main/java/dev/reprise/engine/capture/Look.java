package dev.reprise.engine.capture;

import dev.reprise.engine.model.Explanation;
import dev.reprise.engine.model.OutsideLinks;
import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.model.Target;
import dev.reprise.engine.tracee.Tracer;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.List;

/** The first step of a checkpoint, and all of an explanation: everything that is in the way, touching nothing. */
public final class Look {
    private Look() {}

    /** Everything that is in the way of a checkpoint; empty when nothing is. */
    public static List<Refusal> refusals(Target target, OutsideLinks links) throws KernelException {
        return at(target, links).refusals();
    }

    /** The same with what a user wants to know besides; it may take longer. */
    public static Explanation explain(Target target) throws KernelException {
        SetLook look = at(target, OutsideLinks.NONE);
        List<Explanation.Node> processes = new ArrayList<>();
        List<String> notes = new ArrayList<>(Venue.notes());
        ProcessSet set = look.set();
        StreamNotes streams = new StreamNotes(set);
        for (Member member : set.members()) {
            processes.add(new Explanation.Node(
                    member.pid(), member.parent(), name(member.tid()), threads(member.pid()), false));
            notes.addAll(notes(member, set, streams));
        }
        for (Member zombie : set.zombies()) {
            processes.add(new Explanation.Node(zombie.pid(), zombie.parent(), name(zombie.pid()), 0, true));
        }
        return new Explanation(processes, look.refusals(), notes, look.bytes());
    }

    // It enters IPC namespaces for a while, which is for a thread of the kernel's: that of a virtual one is others',
    // too.
    private static SetLook at(Target target, OutsideLinks links) throws KernelException {
        if (!Thread.currentThread().isVirtual()) {
            return SetLook.at(target, links);
        }
        try {
            return Tracer.run(_ -> SetLook.at(target, links));
        } catch (KernelException | RuntimeException failed) {
            throw failed;
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String name(int pid) {
        return ProcessLook.name(Integer.toString(pid));
    }

    private static int threads(int pid) {
        try {
            return Proc.numbers("/proc/" + pid + "/task").size();
        } catch (KernelException gone) {
            return 0;
        }
    }

    private static List<String> notes(Member member, ProcessSet set, StreamNotes streams) {
        try {
            List<String> notes = new ArrayList<>(streams.of(member.tid()));
            notes.addAll(SleepNotes.of(member.tid()));
            notes.addAll(AioRings.notes(member.tid()));
            return set.isForest()
                    ? notes.stream().map(note -> member.text() + ": " + note).toList()
                    : notes;
        } catch (KernelException gone) {
            return List.of();
        }
    }
}
