package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setdomainname;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sethostname;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_unshare;

import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.UtsNamespace;
import dev.reprise.kernel.CloneArgs;
import java.util.Map;

/**
 * A UTS namespace, made by the first that is in it before its threads and children are born: unshare(2) is for a thread
 * alone, and they inherit it.
 */
final class UtsRebuild {
    private UtsRebuild() {}

    /** Adds: the namespace and its names, which take CAP_SYS_ADMIN. */
    static void add(ProgramBuilder p, Image image, ObjectId namespace) {
        UtsNamespace uts = image.object(namespace, UtsNamespace.class);
        p.call(SYS_unshare, CloneArgs.CLONE_NEWUTS).about("a uts namespace");
        set(p, SYS_sethostname, uts.nodeName(), "host name");
        set(p, SYS_setdomainname, uts.domainName(), "domain name");
    }

    private static void set(ProgramBuilder p, int call, Bytes name, String what) {
        p.call(call, p.bytes(name.toArray()), Arg.of(name.length())).about(what);
    }

    /** Whoever does not make a namespace has it from the one that forks it. */
    static void require(Family family, Map<Integer, ProcessState> processes, Owners owners) throws RestoreException {
        for (Member member : family.members()) {
            ProcessState process = processes.get(member.pid());
            if (member.kind() == Member.Kind.PROCESS && process != null) {
                ObjectId wanted = process.modes().utsNamespace();
                boolean makes = !wanted.equals(ObjectId.NONE) && owners.owns(process, wanted);
                if (!makes && !wanted.equals(inherited(family, member, processes))) {
                    throw new RestoreException(new Reason.Incapable(
                            "process " + process.pid()
                                    + " cannot be made again: its uts namespace is not that of its relatives",
                            ""));
                }
            }
        }
    }

    private static ObjectId inherited(Family family, Member member, Map<Integer, ProcessState> processes) {
        if (member.creator() == Member.NOBODY) {
            return ObjectId.NONE;
        }
        ProcessState creator =
                processes.get(family.process(family.creatorOf(member)).pid());
        return creator == null ? ObjectId.NONE : creator.modes().utsNamespace();
    }
}
