package dev.reprise.engine.capture;

import dev.reprise.engine.model.Target;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The processes that are checkpointed together, as they are at one moment: {@code members} live, a parent before its
 * children; {@code zombies} have ended and wait for a parent in the set; {@code strangers} are children that do not belong to it. In one that is
 * {@code growing} the children that members bear are members.
 */
record ProcessSet(List<Member> members, List<Member> zombies, List<Member> strangers, boolean growing) {
    ProcessSet {
        members = List.copyOf(members);
        zombies = List.copyOf(zombies);
        strangers = List.copyOf(strangers);
    }

    /** One process, whatever else there is. */
    static ProcessSet alone(int pid) {
        return new ProcessSet(List.of(Member.alone(pid)), List.of(), List.of(), false);
    }

    /** Those that a target means now. */
    static ProcessSet of(Target target) throws KernelException {
        return new Search(SetSeeds.of(target), !(target instanceof Target.Only || target instanceof Target.Cgroup))
                .run();
    }

    /** The ids of the living. */
    List<Integer> pids() {
        return members.stream().map(Member::pid).toList();
    }

    /** The ids of all that the image will hold. */
    Set<Integer> ids() {
        Set<Integer> ids = new TreeSet<>(pids());
        zombies.forEach(zombie -> ids.add(zombie.pid()));
        return ids;
    }

    /** All other processes. */
    Outsiders outsiders() {
        return new Outsiders(ids(), growing);
    }

    /** The ids of those that have children, also ones outside the set. */
    Set<Integer> parents() {
        Set<Integer> parents = new TreeSet<>();
        for (List<Member> children : List.of(members, zombies, strangers)) {
            children.forEach(child -> parents.add(child.parent()));
        }
        return parents;
    }

    /** What it is called as a whole. */
    String text() {
        return isForest() ? "the processes" : "process " + members().getFirst().pid();
    }

    /** Whether there is more than one process. */
    boolean isForest() {
        return members.size() + zombies.size() > 1;
    }

    /** Finds the members from the first ones on, by the lists of children that the kernel keeps of each thread. */
    private static final class Search {
        private final Set<Integer> seeds;
        private final boolean withDescendants;
        private final Map<Integer, List<Member>> children = new HashMap<>();
        private final Map<Integer, Member> parents = new HashMap<>();
        private final Map<Integer, Integer> living = new LinkedHashMap<>();

        Search(Set<Integer> seeds, boolean withDescendants) {
            this.seeds = seeds;
            this.withDescendants = withDescendants;
        }

        ProcessSet run() throws KernelException {
            List<Integer> waiting = new ArrayList<>(seeds);
            List<Member> zombies = new ArrayList<>();
            for (int i = 0; i < waiting.size(); i++) {
                int pid = waiting.get(i);
                if (living.containsKey(pid)) {
                    continue;
                }
                List<Integer> tids = threads(pid);
                int tid = firstAlive(pid, tids);
                if (tid == 0) {
                    Member zombie = parents.get(pid);
                    if (zombie != null) {
                        zombies.add(zombie);
                    } else if (seeds.contains(pid) && seeds.size() == 1) {
                        living.put(pid, pid); // gone, or a zombie: the look says so
                    }
                    continue;
                }
                living.put(pid, tid);
                for (int thread : tids) {
                    addChildren(pid, thread, waiting);
                }
            }
            return inOrder(zombies);
        }

        private void addChildren(int pid, int tid, List<Integer> waiting) throws KernelException {
            for (int child : childrenOf(pid, tid)) {
                Member member = new Member(child, child, pid, tid);
                children.computeIfAbsent(pid, _ -> new ArrayList<>()).add(member);
                parents.put(child, member);
                if (withDescendants || isDead(child)) {
                    waiting.add(child);
                }
            }
        }

        private ProcessSet inOrder(List<Member> zombies) {
            List<Member> members = new ArrayList<>(living.size());
            List<Member> strangers = new ArrayList<>();
            for (Map.Entry<Integer, Integer> one : living.entrySet()) {
                if (!parents.containsKey(one.getKey())) {
                    members.add(new Member(one.getKey(), one.getValue(), 0, 0));
                }
            }
            for (int i = 0; i < members.size(); i++) {
                for (Member child : children.getOrDefault(members.get(i).pid(), List.of())) {
                    Integer tid = living.get(child.pid());
                    if (tid != null) {
                        members.add(new Member(child.pid(), tid, child.parent(), child.parentTid()));
                    } else if (!zombies.contains(child)) {
                        strangers.add(child);
                    }
                }
            }
            return new ProcessSet(members, zombies, strangers, withDescendants);
        }

        private static List<Integer> threads(int pid) throws KernelException {
            try {
                return Proc.numbers("/proc/" + pid + "/task");
            } catch (KernelException gone) {
                gone.requireAnswer();
                return List.of();
            }
        }

        private static List<Integer> childrenOf(int pid, int tid) throws KernelException {
            List<Integer> children = new ArrayList<>();
            try {
                StringTokenizer pids = new StringTokenizer(Proc.text("/proc/" + pid + "/task/" + tid + "/children"));
                while (pids.hasMoreTokens()) {
                    children.add(Integer.valueOf(pids.nextToken()));
                }
            } catch (KernelException gone) {
                gone.requireAnswer();
                // a thread that has ended has none
            }
            return children;
        }

        private static boolean isDead(int pid) throws KernelException {
            return firstAlive(pid, threads(pid)) == 0;
        }

        private static int firstAlive(int pid, List<Integer> tids) throws KernelException {
            if (tids.contains(pid) && isAlive(pid, pid)) {
                return pid;
            }
            for (int tid : tids) {
                if (tid != pid && isAlive(pid, tid)) {
                    return tid;
                }
            }
            return 0;
        }

        private static boolean isAlive(int pid, int tid) throws KernelException {
            try {
                return !ProcStat.ofTask(pid, tid).isZombie();
            } catch (KernelException gone) {
                gone.requireAnswer();
                return false;
            }
        }
    }

    /** A member by its id. */
    @Nullable
    Member member(int pid) {
        for (Member member : members) {
            if (member.pid() == pid) {
                return member;
            }
        }
        return null;
    }
}
