package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_kill;

import dev.reprise.engine.model.Progress;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.ProcStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Who has the ids that an image needs: process and thread ids, and those of groups and sessions, are one space. */
final class Ids {
    /** How long those who are about to end may take. */
    static final long PATIENCE_NANOS = 10_000_000_000L;

    private static final long POLL_NANOS = 1_000_000;

    private final Set<Integer> wanted = new LinkedHashSet<>();
    private final Map<Integer, String> executables = new HashMap<>();

    Ids(Image image, Family family, FirstSession session) {
        if (session.id() != 0) {
            wanted.add(session.id());
        }
        for (ProcessState process : image.processes()) {
            for (TaskState task : process.tasks()) {
                wanted.add(task.tid());
            }
            executables.put(
                    process.pid(),
                    image.object(process.addressSpace(), AddressSpace.class)
                            .executable()
                            .path());
        }
        for (Member member : family.members()) {
            if (member.pid() != 0) {
                wanted.add(member.pid());
            }
        }
    }

    /**
     * Waits until nobody has a wanted id, for {@link #PATIENCE_NANOS} if those who have them are about to end.
     *
     * @throws RestoreException who has them, and what to do
     */
    void awaitFree(Progress progress) throws RestoreException {
        long start = System.nanoTime();
        for (List<Holder> holders = holders(); !holders.isEmpty(); holders = holders()) {
            if (progress.isCancelled()) {
                throw new RestoreException(new Reason.Cancelled());
            }
            requirePatience(holders, System.nanoTime() - start < PATIENCE_NANOS);
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Whether somebody has a wanted id who is about to end; one who is not is thrown. */
    boolean mustWait() throws RestoreException {
        List<Holder> holders = holders();
        requirePatience(holders, true);
        return !holders.isEmpty();
    }

    /**
     * Nobody is to be in a group or session of a wanted id: kill(2) does not show who is in a session alone.
     *
     * @throws RestoreException who is, and what to do
     */
    void requireNoMembers() throws KernelException, RestoreException {
        List<String> members = new ArrayList<>(0);
        for (int pid : Proc.numbers("/proc")) {
            try {
                ProcStat stat = ProcStat.of(pid);
                int id = wanted.contains(stat.session()) ? stat.session() : stat.group();
                if (wanted.contains(id)) {
                    members.add("id " + id + " is the " + (id == stat.session() ? "session" : "process group")
                            + " of process " + pid + " ("
                            + Proc.text("/proc/" + pid + "/comm").strip() + ")");
                }
            } catch (KernelException gone) {
                gone.requireAnswer();
            }
        }
        requireNone(members);
    }

    // All who stay are told at once.
    private static void requirePatience(List<Holder> holders, boolean patient) throws RestoreException {
        List<String> others = new ArrayList<>(0);
        for (Holder holder : holders) {
            switch (holder) {
                case Holder.Ourselves own -> throw new RestoreException(new Reason.OwnIds(own.id(), new byte[0]));
                case Holder.Leaving leaving -> {
                    if (!patient) {
                        others.add("id " + leaving.id() + " is in use by " + leaving.who());
                    }
                }
                case Holder.Other other -> others.add("id " + other.id() + " is in use by " + other.who());
            }
        }
        requireNone(others);
    }

    private static void requireNone(List<String> others) throws RestoreException {
        if (!others.isEmpty()) {
            throw new RestoreException(new Reason.InUse(
                    String.join("; ", others),
                    (others.size() == 1 ? "end it" : "end them")
                            + ", or restore with --pid-namespace under ids of its own"));
        }
    }

    /** Somebody who has a wanted id. */
    sealed interface Holder {
        int id();

        /** One of our own threads: only another start of ours gives it another id. */
        record Ourselves(int id) implements Holder {}

        /** The program of the image itself, before its end, or one that has ended: it will be gone soon. */
        record Leaving(int id, String who) implements Holder {}

        /** Somebody else. */
        record Other(int id, String who) implements Holder {}
    }

    /** Those who have wanted ids, now. */
    List<Holder> holders() {
        List<Holder> holders = new ArrayList<>(0);
        for (int id : wanted) {
            if (exists(id)) {
                holders.add(holder(id));
            }
        }
        return holders;
    }

    // A group or session keeps the number of its leader after the leader's end.
    private static boolean exists(int id) {
        return Door.call(SYS_kill, id, 0) != -Errno.ESRCH.code()
                || Door.call(SYS_kill, -(long) id, 0) != -Errno.ESRCH.code();
    }

    private Holder holder(int id) {
        try {
            ProcStatus status = ProcStatus.of(id, id);
            int process = Integer.parseInt(status.field("Tgid"));
            if (process == Proc.ownPid()) {
                return new Holder.Ourselves(id);
            }
            String who = (process == id ? "process " + id : "a thread of process " + process) + " ("
                    + Proc.text("/proc/" + id + "/comm").strip() + ")";
            boolean ends = status.state() == 'Z' || status.state() == 'X' || isOriginal(process) || isSeed(process);
            return ends ? new Holder.Leaving(id, who) : new Holder.Other(id, who);
        } catch (KernelException gone) {
            return new Holder.Leaving(id, "the process group or session " + id);
        }
    }

    // Of another restore, or one that has just been given up: it is a program soon, or gone.
    private static boolean isSeed(int process) {
        try {
            return Proc.link("/proc/" + process + "/exe").startsWith(Spawn.SEED);
        } catch (KernelException gone) {
            return true;
        }
    }

    // The image's own process: the same executable under the same pid.
    private boolean isOriginal(int process) {
        try {
            String executable = executables.get(process);
            return executable != null && Proc.link("/proc/" + process + "/exe").equals(executable);
        } catch (KernelException gone) {
            return true;
        }
    }
}
