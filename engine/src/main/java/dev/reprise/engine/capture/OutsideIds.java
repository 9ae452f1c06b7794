package dev.reprise.engine.capture;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Process groups and sessions of the processes of a set that live outside: somebody outside leads them or is in them. What
 * is left, and led by nobody, is a ghost: its leader has ended and its id lives on.
 *
 * @param groups their ids in the image
 * @param sessions their ids in the image
 */
record OutsideIds(List<Integer> groups, List<Integer> sessions) {
    /** A process's group and session, by our ids and by the image's. */
    record Membership(int group, int imageGroup, int session, int imageSession) {}

    /** Of a frozen set. */
    static OutsideIds of(ProcessSet set, List<Membership> memberships) throws KernelException {
        Set<Integer> inside = set.ids();
        Map<Integer, Integer> groups = new TreeMap<>();
        Map<Integer, Integer> sessions = new TreeMap<>();
        for (Membership one : memberships) {
            if (!inside.contains(one.group())) {
                groups.put(one.group(), one.imageGroup());
            }
            if (!inside.contains(one.session())) {
                sessions.put(one.session(), one.imageSession());
            }
        }
        if (groups.isEmpty() && sessions.isEmpty()) {
            return new OutsideIds(List.of(), List.of());
        }
        Set<Integer> livingGroups = new TreeSet<>();
        Set<Integer> livingSessions = new TreeSet<>();
        outside(inside, livingGroups, livingSessions);
        return new OutsideIds(known(groups, livingGroups), known(sessions, livingSessions));
    }

    private static void outside(Set<Integer> inside, Set<Integer> groups, Set<Integer> sessions)
            throws KernelException {
        List<Integer> pids;
        try {
            pids = Proc.numbers("/proc");
        } catch (KernelException noProc) {
            noProc.requireAnswer();
            return;
        }
        for (int pid : pids) {
            if (!inside.contains(pid)) {
                try {
                    ProcStat stat = ProcStat.of(pid);
                    // a ghost of a restore that nobody has reaped yet keeps nothing alive
                    if (stat.state() != 'Z'
                            || Proc.numbers("/proc/" + pid + "/task").size() > 1) {
                        groups.add(stat.group());
                        sessions.add(stat.session());
                    }
                } catch (KernelException gone) {
                    gone.requireAnswer();
                    // it is in none
                }
            }
        }
    }

    // What has no id in the image's namespace comes from outside of it.
    private static List<Integer> known(Map<Integer, Integer> ids, Set<Integer> living) {
        List<Integer> known = new ArrayList<>();
        ids.forEach((own, image) -> {
            if ((image == 0 || living.contains(own)) && !known.contains(image)) {
                known.add(image);
            }
        });
        return known;
    }
}
