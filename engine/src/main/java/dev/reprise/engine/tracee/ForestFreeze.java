package dev.reprise.engine.tracee;

import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.ProcStat;
import dev.reprise.kernel.TaskDiedException;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Seizes and stops every thread of every process of a set, until a pass over /proc finds neither a new thread nor a new process. */
public final class ForestFreeze {
    private static final int SIGKILL = 9;
    private static final int SIGSTOP = 19;
    private static final long DEATH_NANOS = 50_000;

    private final Tracer tracer;
    private final Members members;
    private final Map<Integer, Freeze> freezes = new LinkedHashMap<>();

    /** Who belongs to the set, asked again and again while it is being frozen. */
    @FunctionalInterface
    public interface Members {
        /** The living processes as they are now, a parent before its children. */
        List<Integer> now() throws KernelException;
    }

    public ForestFreeze(Tracer tracer, Members members) {
        this.tracer = tracer;
        this.members = members;
    }

    /** Stops all. Processes and threads that come or go meanwhile are no failure. */
    public void freeze() throws KernelException {
        do {
            boolean found = true;
            while (found) {
                found = false;
                for (int pid : members.now()) {
                    Freeze freeze = freezes.computeIfAbsent(pid, p -> new Freeze(tracer, p));
                    found |= freezeNew(freeze);
                }
            }
        } while (!isSettled());
    }

    private static boolean freezeNew(Freeze freeze) throws KernelException {
        try {
            return freeze.freezeNew();
        } catch (KernelException failure) {
            if (isAlive(freeze.pid())) {
                throw failure;
            }
            return false; // it has ended
        }
    }

    private boolean isSettled() throws KernelException {
        for (Freeze freeze : List.copyOf(freezes.values())) {
            try {
                freeze.settle();
            } catch (TaskDiedException died) {
                freeze.thaw();
                freezes.remove(freeze.pid());
                if (isAlive(freeze.pid())) {
                    return false; // another program under the same id (exec): from the beginning
                }
            }
        }
        return true;
    }

    private static boolean isAlive(int pid) throws KernelException {
        try {
            return !ProcStat.of(pid).isZombie();
        } catch (KernelException gone) {
            gone.requireAnswer();
            return false;
        }
    }

    /** The frozen processes, parents mostly first. */
    public List<Freeze> processes() {
        return List.copyOf(freezes.values());
    }

    /** One of them. */
    public Freeze process(int pid) {
        Freeze freeze = freezes.get(pid);
        if (freeze == null) {
            throw new IllegalArgumentException("process " + pid + " is not frozen");
        }
        return freeze;
    }

    /** All frozen threads. */
    public List<Tracee> tracees() {
        List<Tracee> all = new ArrayList<>();
        freezes.values().forEach(freeze -> all.addAll(freeze.tracees()));
        return all;
    }

    /**
     * Kills all in one go, and takes what the kernel still reports of them. {@code doomed} runs when none can go on any more,
     * while their ids are still in use: what it gives up is gone before anybody can have their place.
     */
    public void kill(Runnable doomed) throws KernelException {
        for (Freeze freeze : freezes.values()) {
            signal(freeze.pid(), SIGKILL);
        }
        doomed.run();
        awaitDeaths();
        freezes.clear();
    }

    // In no order: the last thread of a pid namespace's first process ends only when all others there have, and those
    // of its
    // own process are zombies until we have taken their reports.
    private void awaitDeaths() throws KernelException {
        List<Tracee> left = tracees();
        while (!left.isEmpty()) {
            List<Tracee> alive = new ArrayList<>();
            for (Tracee tracee : left) {
                if (!tracee.hasDied()) {
                    alive.add(tracee);
                }
            }
            if (alive.size() == left.size()) {
                LockSupport.parkNanos(DEATH_NANOS);
            }
            left = alive;
        }
    }

    /** Sends SIGSTOP to all and lets them go: they stay stopped. Their image is there: nothing of it fails any more. */
    public void stopForGood() throws KernelException {
        for (Freeze freeze : freezes.values()) {
            signal(freeze.pid(), SIGSTOP);
        }
        try {
            thaw();
        } catch (KernelException held) {
            // who could not be let go is when this thread ends, at once (Tracer.leaveBehind)
        }
    }

    private static void signal(int pid, int signal) throws KernelException {
        long result = Door.call(SyscallNumbers.SYS_kill, pid, signal);
        if (result != -Errno.ESRCH.code()) {
            Door.require(result, "kill", "process " + pid);
        }
    }

    /** Lets all go on, children before their parents. */
    public void thaw() throws KernelException {
        List<Freeze> all = new ArrayList<>(freezes.values());
        KernelException first = null;
        for (Freeze freeze : all.reversed()) {
            try {
                freeze.thaw();
            } catch (KernelException failure) {
                first = first == null ? failure : first;
            }
        }
        freezes.clear();
        if (first != null) {
            throw first;
        }
    }
}
