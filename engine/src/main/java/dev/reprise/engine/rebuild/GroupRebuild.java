package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setpgid;

import dev.reprise.engine.program.ProgramBuilder;

/** Process groups, when all who lead them are there. */
final class GroupRebuild {
    private GroupRebuild() {}

    /**
     * Adds: the member joins its group. One that it does not see, out of its pid namespace, it has from its creator, and
     * so have the first processes of namespaces that it has made itself.
     */
    static void join(ProgramBuilder p, Family family, Member member) {
        int levels = member.innerPids().size();
        int group = family.idAt(member.groupId(), levels);
        if (!member.leadsGroup() && !member.leadsSession() && group != 0) {
            p.call(SYS_setpgid, 0, group).about("process group " + member.groupId());
        }
        if (!family.hasNamespaces()) {
            return;
        }
        for (Member child : family.members()) {
            boolean blind = child.beginsNamespace(member) && child.groupId() != 0 && !child.leadsGroup();
            if (child.creator() == member.number() && blind && family.idAt(child.groupId(), levels + 1) == 0) {
                p.call(SYS_setpgid, child.pidAt(levels), family.idAt(child.groupId(), levels))
                        .about("process group " + child.groupId());
            }
        }
    }
}
