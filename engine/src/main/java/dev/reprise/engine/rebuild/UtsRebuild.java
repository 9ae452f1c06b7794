package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setdomainname;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_sethostname;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_unshare;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.UtsNamespace;
import dev.reprise.kernel.CloneArgs;

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
}
