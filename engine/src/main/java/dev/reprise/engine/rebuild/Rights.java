package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getegid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_geteuid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_userfaultfd;

import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.image.state.Credentials;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Capability;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What whoever restores may not, told before anything is started; the kernel has the last word.
 *
 * <p>Old ids can be had with CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN. A plain user has the latter in a user namespace of his
 * own, and restores into that, with a pid namespace, what had his own ids and no capabilities.
 */
final class Rights {
    private final boolean mayMakeNamespaces;
    private final boolean mayChooseIds;
    private final int user;
    private final int group;
    private final List<Integer> groups;
    private final long permitted;

    private Rights(ProcStatus own) throws KernelException {
        mayMakeNamespaces = Capability.isEffective(Capability.CAP_SYS_ADMIN);
        mayChooseIds = mayMakeNamespaces || Capability.isEffective(Capability.CAP_CHECKPOINT_RESTORE);
        user = (int) Door.call(SYS_geteuid);
        group = (int) Door.call(SYS_getegid);
        groups = own.groups();
        permitted = own.capabilities("Prm");
    }

    /** Those of this thread. */
    static Rights now() throws KernelException {
        return new Rights(new ProcStatus(Proc.text("/proc/thread-self/status")));
    }

    /** Whether namespaces can only be had in a user namespace of one's own. */
    boolean needUserNamespace() {
        return !mayMakeNamespaces;
    }

    /** Throws what is in the way of the old ids. */
    void requireOwnIds() throws RestoreException {
        if (!mayChooseIds) {
            throw new RestoreException(new Reason.Denied(
                    "the kernel gives old process ids only to CAP_CHECKPOINT_RESTORE",
                    "restore with --pid-namespace, where they are free to a plain user, or run as root"));
        }
    }

    /** Throws all that a user namespace is in the way of. */
    void requireOwnedBy(Image image) throws RestoreException {
        Set<String> foreign = new TreeSet<>();
        for (ProcessState process : image.processes()) {
            for (TaskState task : process.tasks()) {
                strangers(task.credentials()).forEach(what -> foreign.add("process " + process.pid() + " has " + what));
            }
        }
        if (!foreign.isEmpty()) {
            throw new RestoreException(new Reason.Denied(
                    "this is not all uid " + user + "'s: " + String.join("; ", foreign), "run as root"));
        }
    }

    /** Throws which capabilities only the image has: nobody can give what he has not. */
    void requireCapabilitiesOf(Image image) throws RestoreException {
        long wanted = 0;
        for (ProcessState process : image.processes()) {
            for (TaskState task : process.tasks()) {
                Credentials c = task.credentials();
                wanted |= c.permitted() | c.inheritable() | c.ambient();
            }
        }
        if ((wanted & ~permitted) != 0) {
            throw new RestoreException(new Reason.Denied(
                    "it has capabilities that its restorer has not: "
                            + String.join(", ", Capability.namesOf(wanted & ~permitted)),
                    "restore with them"));
        }
    }

    /** Throws what is in the way of serving others' page faults. */
    void requirePageServing() throws RestoreException {
        long faults = Door.call(SYS_userfaultfd, Fcntl.O_CLOEXEC);
        if (faults < 0) {
            throw new RestoreException(new Reason.Denied(
                    "page faults in system calls cannot be served (userfaultfd: " + Errno.of(faults)
                            + "): that takes CAP_SYS_PTRACE",
                    "restore without --lazy, or run as root"));
        }
        new Fd(faults).close();
    }

    private List<String> strangers(Credentials c) {
        List<String> strangers = new ArrayList<>();
        for (int id : new TreeSet<>(List.of(c.uid(), c.euid(), c.suid(), c.fsuid()))) {
            if (id != user) {
                strangers.add("user id " + Integer.toUnsignedString(id));
            }
        }
        for (int id : new TreeSet<>(List.of(c.gid(), c.egid(), c.sgid(), c.fsgid()))) {
            if (id != group) {
                strangers.add("group id " + Integer.toUnsignedString(id));
            }
        }
        if (!Set.copyOf(c.groups()).equals(Set.copyOf(groups))) {
            strangers.add("other supplementary groups: " + c.groups());
        }
        if ((c.permitted() | c.inheritable() | c.ambient()) != 0) {
            strangers.add("capabilities");
        }
        return strangers;
    }
}
