package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_capget;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_capset;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_getegid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_geteuid;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_prctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setgroups;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.kernel.Capability;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.Prctl;
import java.util.List;
import java.util.Set;

/**
 * The user namespace in which a plain user restores into a pid namespace: it knows the user's own ids alone, under their own
 * numbers, and who makes it has all capabilities in it (user_namespaces(7)).
 *
 * <p>Executing a file takes the capabilities from whoever is not root there; ambient ones stay, until the restored
 * program's own take their place.
 */
final class OwnUserNamespace {
    /** The calls that the kernel refuses there; what they would ask for is so already. */
    static final Set<Integer> HELD_BACK = Set.of(SYS_setgroups);

    private static final int HALF = 4;
    private static final int SET_SIZE = 24;

    private final ProgramBuilder p;
    private final List<Attempt> attempts;
    private final Label failed;

    private OwnUserNamespace(ProgramBuilder p, List<Attempt> attempts, Label failed) {
        this.p = p;
        this.attempts = attempts;
        this.failed = failed;
    }

    /** Adds what its first process does first; what fails goes to {@code failed}. */
    static void settle(ProgramBuilder p, List<Attempt> attempts, Label failed) {
        OwnUserNamespace own = new OwnUserNamespace(p, attempts, failed);
        own.write("/proc/self/setgroups", "deny"); // without, nobody may map a group
        own.write("/proc/self/uid_map", map(Door.call(SYS_geteuid)));
        own.write("/proc/self/gid_map", map(Door.call(SYS_getegid)));
        own.keepCapabilities();
    }

    private static String map(long id) {
        return id + " " + id + " 1";
    }

    private void write(String path, String text) {
        Step file = attempt("openat", path, SYS_openat, Arg.of(Fd.AT_FDCWD), p.string(path), Arg.of(Fcntl.O_WRONLY));
        attempt("write", path, SYS_write, file, p.string(text), Arg.of(text.length()));
        p.attempt(SYS_close, file);
    }

    // struct __user_cap_data: u32 effective, permitted, inheritable; the low halves, then the high ones
    private void keepCapabilities() {
        Slot header = p.ints(Capability.LINUX_CAPABILITY_VERSION_3, 0);
        Slot sets = p.space(SET_SIZE);
        attempt("capget", "", SYS_capget, header, sets);
        p.copy(sets.plus(2 * HALF), sets.plus(HALF), Arg.of(HALF));
        p.copy(sets.plus(5 * HALF), sets.plus(4 * HALF), Arg.of(HALF));
        attempt("capset", "inheritable capabilities", SYS_capset, header, sets);
        for (int capability = 0; capability <= Capability.CAP_LAST; capability++) {
            p.attempt(SYS_prctl, Prctl.PR_CAP_AMBIENT, Prctl.PR_CAP_AMBIENT_RAISE, capability, 0, 0);
        }
    }

    private Step attempt(String call, String about, int number, Arg... args) {
        Step step = p.attempt(number, args);
        attempts.add(new Attempt(step, call, about));
        p.jumpIfEqual(p.shiftRight(step, Arg.of(Long.SIZE - 1)), Arg.of(1), failed);
        return step;
    }
}
