package dev.reprise.engine.rebuild;

import dev.reprise.kernel.CloneArgs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All who are born at a restore, in the order of their births: whoever forks somebody stands before him. */
final class Family {
    private final List<Member> members;
    private final Map<Integer, Member> byPid = new HashMap<>();
    private final boolean hasNamespaces;

    Family(List<Member> members) {
        this.members = List.copyOf(members);
        members.forEach(member -> byPid.putIfAbsent(member.pid(), member));
        hasNamespaces = members.stream().anyMatch(member -> !member.innerPids().isEmpty());
    }

    List<Member> members() {
        return members;
    }

    Member root() {
        return members.getFirst();
    }

    Member get(int number) {
        return members.get(number);
    }

    int size() {
        return members.size();
    }

    /** Whether somebody is in a pid namespace below the image's own. */
    boolean hasNamespaces() {
        return hasNamespaces;
    }

    /** The id of a member as somebody {@code levels} namespaces below the image's own sees it; 0 if it is not seen there. */
    int idAt(int pid, int levels) {
        if (levels == 0) {
            return pid;
        }
        Member member = byPid.get(pid);
        return member == null ? 0 : member.pidAt(levels);
    }

    /** Who forked a member; the root's is itself. */
    Member creatorOf(Member member) {
        return member.creator() == Member.NOBODY ? member : members.get(member.creator());
    }

    /**
     * Whose child a ghost is: its creator's, or as a sibling that of the creator's parent; null for a sibling of the root, whose
     * parent is outside.
     */
    @Nullable
    Member parentOf(Member member) {
        Member creator = creatorOf(member);
        if ((member.sharing() & CloneArgs.CLONE_PARENT) == 0) {
            return creator;
        }
        return creator.creator() == Member.NOBODY ? null : parentOf(creator);
    }

    /** For each member those that it forks, in order. */
    List<List<Member>> children() {
        List<List<Member>> children = new ArrayList<>(members.size());
        for (int i = 0; i < members.size(); i++) {
            children.add(new ArrayList<>(0));
        }
        for (Member member : members) {
            if (member.creator() != Member.NOBODY) {
                children.get(member.creator()).add(member);
            }
        }
        return children;
    }

    /** The last common ancestor of two members, by births. */
    Member ancestor(Member one, Member other) {
        Member a = one;
        Member b = other;
        // Whoever stands later in the order is nobody's ancestor who stands before.
        while (a.number() != b.number()) {
            if (a.number() > b.number()) {
                a = creatorOf(a);
            } else {
                b = creatorOf(b);
            }
        }
        return a;
    }

    /** The next member, itself or an ancestor, that is a process of the image. */
    Member process(Member member) {
        Member at = member;
        while (at.kind() != Member.Kind.PROCESS) {
            at = creatorOf(at);
        }
        return at;
    }
}
