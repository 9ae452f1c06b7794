package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_capget;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_capset;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getgroups;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setfsgid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setfsuid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setgroups;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setresgid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setresuid;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Credentials;
import dev.reprise.kernel.Capability;
import dev.reprise.kernel.Prctl;

/**
 * A task's credentials, in the only order that works from any privileges that suffice:
 *
 * <ol>
 *   <li>groups and group ids, while CAP_SETGID is there;
 *   <li>keepcaps, so that the permitted set outlives the user ids; user ids (the effective set is gone);
 *   <li>effective = permitted, and the wanted inheritable set: before the bounding set limits it;
 *   <li>file system ids, ambient set, bounding set, securebits: each needs a capability to be effective;
 *   <li>the wanted three sets, no_new_privs.
 * </ol>
 *
 * <p>What is already as wanted is not asked for where asking takes a privilege: a plain user can restore a process of
 * his own. Nothing here can gain what the restore did not have: the step that tries fails.
 */
final class CredentialsRebuild {
    private static final int HIGH = 32;
    private static final int SET_SIZE = 24;

    private final ProgramBuilder p;
    private final Credentials c;
    private final Arg none = Arg.of(0);
    private final Slot header;

    private CredentialsRebuild(ProgramBuilder p, Credentials c) {
        this.p = p;
        this.c = c;
        header = p.ints(Capability.LINUX_CAPABILITY_VERSION_3, 0);
    }

    static void add(ProgramBuilder p, Credentials credentials) {
        CredentialsRebuild rebuild = new CredentialsRebuild(p, credentials);
        rebuild.groups();
        rebuild.userIds();
        rebuild.raise();
        rebuild.fileSystemIds();
        rebuild.ambient();
        rebuild.bounding();
        rebuild.secureBits();
        rebuild.lower();
    }

    private void groups() {
        int count = c.groups().size();
        int[] wanted = c.groups().stream().mapToInt(Integer::intValue).toArray();
        Slot list = p.ints(wanted);
        Slot now = p.space(Math.max(1, count) * (long) Integer.BYTES);
        Label set = p.label();
        Label done = p.label();
        // The kernel keeps them sorted, so equal sets are equal lists; with a size too small it says EINVAL.
        Step found = p.attempt(SYS_getgroups, Arg.of(count), now);
        Label same = p.label();
        p.jumpIfEqual(found, Arg.of(count), same);
        p.go(set);
        p.place(same);
        for (int i = 0; i < count; i++) {
            Label next = p.label();
            p.jumpIfEqual(p.load4(now.plus((long) Integer.BYTES * i)), Arg.of(Integer.toUnsignedLong(wanted[i])), next);
            p.go(set);
            p.place(next);
        }
        if (count > 0) {
            p.go(done);
        } else {
            // A size of 0 only asks how many there are.
            p.jumpIfEqual(found, none, done);
        }
        p.place(set);
        p.call(SYS_setgroups, Arg.of(count), list).about("supplementary groups");
        p.place(done);
        p.call(
                        SYS_setresgid,
                        Integer.toUnsignedLong(c.gid()),
                        Integer.toUnsignedLong(c.egid()),
                        Integer.toUnsignedLong(c.sgid()))
                .about("group ids");
    }

    private void userIds() {
        p.call(SYS_prctl, Prctl.PR_SET_KEEPCAPS, 1).about("keepcaps");
        p.call(
                        SYS_setresuid,
                        Integer.toUnsignedLong(c.uid()),
                        Integer.toUnsignedLong(c.euid()),
                        Integer.toUnsignedLong(c.suid()))
                .about("user ids");
    }

    // struct __user_cap_data: u32 effective, permitted, inheritable; the low halves, then the high ones
    private void raise() {
        Slot sets = p.space(SET_SIZE);
        p.call(SYS_capget, header, sets);
        p.copy(sets, sets.plus(4), Arg.of(4));
        p.copy(sets.plus(12), sets.plus(16), Arg.of(4));
        p.store4(sets.plus(8), Arg.of(c.inheritable()));
        p.store4(sets.plus(20), Arg.of(c.inheritable() >>> HIGH));
        p.call(SYS_capset, header, sets).about("inheritable capabilities");
    }

    // Neither call has an error: each returns the old id.
    private void fileSystemIds() {
        if (c.fsgid() != c.egid()) {
            p.attempt(SYS_setfsgid, Integer.toUnsignedLong(c.fsgid()));
            p.expect(Integer.toUnsignedLong(c.fsgid()), SYS_setfsgid, Arg.of(-1))
                    .about("file system group id");
        }
        if (c.fsuid() != c.euid()) {
            p.attempt(SYS_setfsuid, Integer.toUnsignedLong(c.fsuid()));
            p.expect(Integer.toUnsignedLong(c.fsuid()), SYS_setfsuid, Arg.of(-1))
                    .about("file system user id");
        }
    }

    private void ambient() {
        p.attempt(SYS_prctl, Prctl.PR_CAP_AMBIENT, Prctl.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        for (int capability = 0; capability <= Capability.CAP_LAST; capability++) {
            if ((c.ambient() >>> capability & 1) != 0) {
                p.privileged(SYS_prctl, Prctl.PR_CAP_AMBIENT, Prctl.PR_CAP_AMBIENT_RAISE, capability, 0, 0)
                        .about("ambient capability " + capability);
            }
        }
    }

    private void bounding() {
        for (int capability = 0; capability <= Capability.CAP_LAST; capability++) {
            if ((c.bounding() >>> capability & 1) == 0) {
                Label gone = p.label();
                p.jumpIfEqual(p.attempt(SYS_prctl, Prctl.PR_CAPBSET_READ, capability), none, gone);
                p.privileged(SYS_prctl, Prctl.PR_CAPBSET_DROP, capability).about("bounding capability " + capability);
                p.place(gone);
            }
        }
    }

    private void secureBits() {
        int keep = (c.securebits() & Capability.SECBIT_KEEP_CAPS) != 0 ? 1 : 0;
        p.call(SYS_prctl, Prctl.PR_SET_KEEPCAPS, keep).about("keepcaps");
        Label same = p.label();
        p.jumpIfEqual(p.call(SYS_prctl, Prctl.PR_GET_SECUREBITS), Arg.of(c.securebits()), same);
        p.privileged(SYS_prctl, Prctl.PR_SET_SECUREBITS, c.securebits()).about("securebits");
        p.place(same);
    }

    private void lower() {
        Slot sets = p.ints(
                (int) c.effective(),
                (int) c.permitted(),
                (int) c.inheritable(),
                (int) (c.effective() >>> HIGH),
                (int) (c.permitted() >>> HIGH),
                (int) (c.inheritable() >>> HIGH));
        p.call(SYS_capset, header, sets).about("capabilities");
        if (c.noNewPrivs()) {
            p.call(SYS_prctl, Prctl.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0).about("no_new_privs");
        }
    }
}
