package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.image.state.DeadProcess;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcFile;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SharedObject;
import dev.reprise.kernel.CloneArgs;
import dev.reprise.kernel.Signal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who has to fork whom, and when, so that everybody comes into the right family, session and group. Pure.
 *
 * <p>A session is inherited and can only be left. So a child is forked before its parent leaves for a session of its own,
 * or after it; a child whose session its parent never had (it was reparented) is forked by a member of its session: by
 * its sibling, or by a midwife that ends at once. A leader that is gone is made again as a ghost.
 */
final class FamilyPlanner {
    /** Root's session, if it is not its leader: that of the restore, or a new one. */
    private static final int OUTSIDE = 0;

    private static final int NO_NEED = -1;

    private static final List<Long> SHARING =
            List.of(CloneArgs.CLONE_VM, CloneArgs.CLONE_FILES, CloneArgs.CLONE_FS, CloneArgs.CLONE_SIGHAND);

    private final List<Person> people = new ArrayList<>();
    private final Map<Integer, Person> byPid = new HashMap<>();
    private final Map<Integer, Integer> bornIn = new HashMap<>();
    private final Map<Integer, Member> members = new HashMap<>();
    private final Map<Integer, Member> ghosts = new HashMap<>();
    private final List<Member> order = new ArrayList<>();
    private final Set<Integer> open = new HashSet<>();
    private final Map<ObjectId, ProcessState> firstUsers = new HashMap<>();
    private final FirstSession session;

    /** A process or zombie of the image, {@code process} for the former. */
    private record Person(
            int pid,
            List<Integer> innerPids,
            int parent,
            int parentTid,
            int session,
            int group,
            int exitSignal,
            @Nullable ProcessState process) {
        boolean leadsSession() {
            return session == pid;
        }

        Member.Kind kind() {
            return process == null ? Member.Kind.ZOMBIE : Member.Kind.PROCESS;
        }
    }

    private FamilyPlanner(Image image, FirstSession session) {
        this.session = session;
        ProcessState root = image.processes().getFirst();
        Set<Integer> outsideSessions = new HashSet<>(image.outsideSessions());
        Set<Integer> outsideGroups = new HashSet<>(image.outsideGroups());
        if (root.sessionId() != root.pid()) {
            outsideSessions.add(root.sessionId());
        }
        for (ProcessState process : image.processes()) {
            for (ObjectId object : shareable(process)) {
                firstUsers.putIfAbsent(object, process);
            }
            add(new Person(
                    process.pid(),
                    process.leader().innerTids(),
                    process.parentPid(),
                    process.parentTid(),
                    outsideSessions.contains(process.sessionId()) ? OUTSIDE : process.sessionId(),
                    outsideGroups.contains(process.groupId()) ? OUTSIDE : process.groupId(),
                    process.exitSignal(),
                    process));
        }
        for (DeadProcess zombie : image.zombies()) {
            add(new Person(
                    zombie.pid(),
                    zombie.innerPids(),
                    zombie.parentPid(),
                    zombie.parentTid(),
                    outsideSessions.contains(zombie.sessionId()) ? OUTSIDE : zombie.sessionId(),
                    outsideGroups.contains(zombie.groupId()) ? OUTSIDE : zombie.groupId(),
                    zombie.exitSignal(),
                    null));
        }
    }

    private void add(Person person) {
        people.add(person);
        byPid.put(person.pid(), person);
    }

    /**
     * The family of an image, whose root is born in a session.
     *
     * @throws RestoreException what cannot be made again, by name
     */
    static Family of(Image image, FirstSession session) throws RestoreException {
        FamilyPlanner planner = new FamilyPlanner(image, session);
        planner.findNeeds();
        for (Person person : planner.people) {
            planner.member(person);
        }
        planner.makeGroups();
        planner.makeDead(image);
        return new Family(planner.order);
    }

    // In which session a leader must be born, so that it can have its children of that session before it leaves it.
    private void findNeeds() {
        for (Person person : people.reversed()) {
            Person parent = byPid.get(person.parent());
            int wanted = wanted(person);
            if (parent != null && parent.leadsSession() && wanted != NO_NEED && wanted != parent.session()) {
                bornIn.putIfAbsent(parent.pid(), wanted);
            }
        }
    }

    private int wanted(Person person) {
        return person.leadsSession() ? bornIn.getOrDefault(person.pid(), NO_NEED) : person.session();
    }

    private Member member(Person person) throws RestoreException {
        Member known = members.get(person.pid());
        if (known != null) {
            return known;
        }
        if (!open.add(person.pid())) {
            throw unsupported(person, "its sessions lead in a circle");
        }
        Member member = isRoot(person) ? root(person) : born(person);
        members.put(person.pid(), member);
        return member;
    }

    private boolean isFirst(ProcessState process, ObjectId object) {
        ProcessState first = firstUsers.get(object);
        return first != null && first.pid() == process.pid();
    }

    private boolean isRoot(Person person) {
        return person.pid() == people.getFirst().pid();
    }

    private Member root(Person person) {
        int group = person.group() == OUTSIDE ? person.pid() : person.group();
        return add(new Member(
                order.size(),
                Member.Kind.PROCESS,
                person.pid(),
                person.innerPids(),
                person.session(),
                group,
                Member.NOBODY,
                0,
                0,
                person.exitSignal(),
                false));
    }

    private Member born(Person person) throws RestoreException {
        Person sharer = elderSharer(person);
        if (sharer != null) {
            return bySibling(person, member(sharer));
        }
        Person parent = byPid.get(person.parent());
        if (parent == null) {
            return anotherRoot(person);
        }
        Member creator = member(parent);
        int wanted = wanted(person);
        boolean leads = person.leadsSession();
        if (wanted == NO_NEED || wanted == creator.sessionId()) {
            return forkedBy(person, creator, person.parentTid(), sharing(person, parent), true);
        }
        if (parent.leadsSession() && birthplace(parent) == wanted) {
            return forkedBy(person, creator, person.parentTid(), sharing(person, parent), false);
        }
        if (leads) {
            // Its own children of that session will have another way.
            bornIn.remove(person.pid());
            return forkedBy(person, creator, person.parentTid(), sharing(person, parent), true);
        }
        return reparented(person, parent, wanted);
    }

    // Where a leader is born that did not care: where its parent is last.
    private int birthplace(Person leader) {
        if (isRoot(leader)) {
            return OUTSIDE;
        }
        int wanted = bornIn.getOrDefault(leader.pid(), NO_NEED);
        if (wanted != NO_NEED) {
            return wanted;
        }
        Person parent = byPid.get(leader.parent());
        return parent == null ? people.getFirst().session() : parent.session();
    }

    private Member anotherRoot(Person person) throws RestoreException {
        Person first = people.getFirst();
        Member root = member(first);
        int wanted = wanted(person);
        long sharing = sharing(person, first);
        if (wanted == NO_NEED || wanted == first.session()) {
            return forkedBy(person, root, root.pid(), sharing | CloneArgs.CLONE_PARENT, true);
        }
        if (wanted == OUTSIDE && first.leadsSession()) {
            return forkedBy(person, root, root.pid(), sharing | CloneArgs.CLONE_PARENT, false);
        }
        if (person.leadsSession()) {
            bornIn.remove(person.pid());
            return forkedBy(person, root, root.pid(), sharing | CloneArgs.CLONE_PARENT, true);
        }
        return bySibling(person, leaderBeside(person, wanted, root, CloneArgs.CLONE_PARENT));
    }

    private Member reparented(Person person, Person parent, int session) throws RestoreException {
        Person leader = byPid.get(session);
        if (leader == null || leader.parent() == parent.pid()) {
            return bySibling(person, leaderBeside(person, session, member(parent), 0));
        }
        Person relative = leader;
        if (!descends(leader, parent)) {
            relative = people.stream()
                    .filter(other -> other.session() == session && other.process() != null && descends(other, parent))
                    .findFirst()
                    .orElseThrow(() -> unsupported(person, "nobody of its session could have been its parent"));
        }
        Member creator = member(relative);
        Member midwife = add(new Member(
                order.size(),
                Member.Kind.MIDWIFE,
                0,
                creator.innerPids(),
                session,
                OUTSIDE,
                creator.number(),
                relative.pid(),
                0,
                0,
                true));
        return forkedBy(person, midwife, 0, 0, true);
    }

    /** The leader of a session as a sibling: alive, a zombie, or a ghost, whose creator is {@code parent}. */
    private Member leaderBeside(Person person, int session, Member parent, long sharing) throws RestoreException {
        Person leader = byPid.get(session);
        if (leader != null) {
            return member(leader);
        }
        requireOuter(person);
        Member known = ghosts.get(session);
        if (known != null) {
            return known;
        }
        Member ghost = add(new Member(
                order.size(),
                Member.Kind.GHOST,
                session,
                List.of(),
                session,
                session,
                parent.number(),
                parent.pid(),
                sharing,
                person.exitSignal(),
                true));
        ghosts.put(session, ghost);
        return ghost;
    }

    // Which ids a leader had that is gone, nobody knows but in the outermost namespace.
    private static void requireOuter(Person person) throws RestoreException {
        if (!person.innerPids().isEmpty()) {
            throw unsupported(person, "the leader of its group or session, in a pid namespace of its own, has ended");
        }
    }

    private boolean descends(Person person, Person ancestor) {
        for (Person at = person; at != null; at = byPid.get(at.parent())) {
            if (at.pid() == ancestor.pid()) {
                return true;
            }
        }
        return false;
    }

    private Member bySibling(Person person, Member sibling) throws RestoreException {
        Person other = byPid.get(sibling.pid());
        long sharing = other == null ? 0 : sharing(person, other);
        return forkedBy(person, sibling, sibling.pid(), sharing | CloneArgs.CLONE_PARENT, true);
    }

    private Member forkedBy(Person person, Member creator, int creatorTid, long sharing, boolean late)
            throws RestoreException {
        requireAllShared(person, sharing);
        return add(new Member(
                order.size(),
                person.kind(),
                person.pid(),
                person.innerPids(),
                person.session(),
                person.group() == OUTSIDE ? order.getFirst().groupId() : person.group(),
                creator.number(),
                creatorTid,
                sharing,
                person.exitSignal(),
                late));
    }

    private void requireAllShared(Person person, long sharing) throws RestoreException {
        ProcessState process = person.process();
        if (process == null) {
            return;
        }
        List<ObjectId> objects = shareable(process);
        for (int i = 0; i < objects.size(); i++) {
            if (!isFirst(process, objects.get(i)) && (sharing & SHARING.get(i)) == 0) {
                throw unsupported(person, "what it shares with others, its relatives do not share");
            }
        }
    }

    private Member add(Member member) {
        order.add(member);
        return member;
    }

    // Somebody before it with whom it shares what can only be shared from birth on, and who is not its parent.
    private @Nullable Person elderSharer(Person person) throws RestoreException {
        ProcessState process = person.process();
        Person parent = byPid.get(person.parent());
        if (process == null || parent != null && sharing(person, parent) != 0) {
            return null;
        }
        for (ObjectId object : shareable(process)) {
            ProcessState first = firstUsers.getOrDefault(object, process);
            if (first.pid() != process.pid()) {
                if (first.parentPid() != process.parentPid()) {
                    throw unsupported(
                            person,
                            "it shares memory or tables with process " + first.pid()
                                    + ", which is neither its parent nor its sibling");
                }
                return byPid.get(first.pid());
            }
        }
        return null;
    }

    private static List<ObjectId> shareable(ProcessState process) {
        return List.of(process.addressSpace(), process.fdTable(), process.fsContext(), process.signalHandlers());
    }

    private static long sharing(Person one, Person other) {
        return one.process() == null || other.process() == null ? 0 : flags(one.process(), other.process());
    }

    private static long flags(ProcessState one, ProcessState other) {
        List<ObjectId> mine = shareable(one);
        List<ObjectId> theirs = shareable(other);
        long flags = 0;
        for (int i = 0; i < mine.size(); i++) {
            flags |= mine.get(i).equals(theirs.get(i)) ? SHARING.get(i) : 0;
        }
        return flags;
    }

    // A group lives in one session: the ghost of its leader is a child of one of its members.
    private void makeGroups() throws RestoreException {
        Map<Integer, Member> missing = new HashMap<>();
        for (Member member : List.copyOf(order)) {
            int group = member.groupId();
            boolean isMade =
                    group == OUTSIDE || group == session.id() || byPid.containsKey(group) || ghosts.containsKey(group);
            if (!isMade) {
                requireOuter(Objects.requireNonNull(byPid.get(member.pid())));
                missing.putIfAbsent(group, member.kind() == Member.Kind.PROCESS ? member : nearestOf(member));
            }
        }
        missing.forEach((group, member) -> ghosts.put(
                group,
                add(new Member(
                        order.size(),
                        Member.Kind.GHOST,
                        group,
                        List.of(),
                        member.sessionId(),
                        group,
                        member.number(),
                        member.pid(),
                        0,
                        Signal.SIGCHLD,
                        true))));
    }

    // Those of whom nothing but an open file of /proc is left are there until that has been opened again.
    private void makeDead(Image image) {
        Member root =
                Objects.requireNonNull(members.get(image.processes().getFirst().pid()));
        for (SharedObject object : image.objects()) {
            int pid = object instanceof ProcFile file ? file.process() : 0;
            if (pid != 0 && pid != session.id() && !byPid.containsKey(pid) && !ghosts.containsKey(pid)) {
                ghosts.put(
                        pid,
                        add(new Member(
                                order.size(),
                                Member.Kind.GHOST,
                                pid,
                                List.of(),
                                root.sessionId(),
                                root.groupId(),
                                root.number(),
                                root.pid(),
                                0,
                                Signal.SIGCHLD,
                                true)));
            }
        }
    }

    // A zombie can reap nobody: a process of its session does.
    private Member nearestOf(Member zombie) {
        for (Member member : order) {
            if (member.kind() == Member.Kind.PROCESS && member.sessionId() == zombie.sessionId()) {
                return member;
            }
        }
        return zombie;
    }

    private static RestoreException unsupported(Person person, String why) {
        return new RestoreException(
                new Reason.Incapable("process " + person.pid() + " cannot be made again: " + why, ""));
    }
}
