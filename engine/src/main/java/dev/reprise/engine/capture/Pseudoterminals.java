package dev.reprise.engine.capture;

import dev.reprise.kernel.DeviceNumber;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FdInfo;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.PidFd;
import dev.reprise.kernel.ProcStat;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The pseudo terminals whose masters are inside, by their indexes (fdinfo of a master has tty-index). */
final class Pseudoterminals {
    /** How /dev/pts/N begins. */
    static final String SLAVES = "/dev/pts/";

    private static final String CONTROLLING = "/dev/tty";
    private static final int SLAVE = 136; // UNIX98_PTY_SLAVE_MAJOR
    private static final int NONE = -1;

    private final Map<Integer, Descriptions.Description> masters = new HashMap<>();
    private final Map<Integer, Descriptions.Description> slaves = new HashMap<>();
    private final Set<String> signalling = new HashSet<>();

    Pseudoterminals(Descriptions descriptions) {
        for (Descriptions.Description one : descriptions.all()) {
            if (one.link().startsWith("/dev/") && (one.info().statusFlags() & Fcntl.FASYNC) != 0) {
                signalling.add(one.link());
            }
            int index = indexOf(one.info());
            if (index != NONE) {
                masters.put(index, one);
            } else if (one.link().startsWith(SLAVES)) {
                slaves.putIfAbsent(number(one.link().substring(SLAVES.length())), one);
            }
        }
    }

    /** The index of the terminal behind a master; -1 of anything else. */
    static int indexOf(FdInfo info) {
        return number(info.field("tty-index"));
    }

    private static int number(String text) {
        return text.isEmpty() || !text.chars().allMatch(Character::isDigit) ? NONE : Integer.parseInt(text);
    }

    /** The index of a slave whose master is inside, or of the controlling terminal that /dev/tty stands for; -1: none. */
    int indexOfSlave(LiveDescriptor d) throws KernelException {
        long device = d.status().deviceNumber();
        if (DeviceNumber.major(device) == TTY && DeviceNumber.minor(device) == 0) {
            device = DeviceNumber.fromStat(ProcStat.of(d.pid()).terminal());
        }
        int index = DeviceNumber.major(device) == SLAVE ? DeviceNumber.minor(device) : NONE;
        return masters.containsKey(index) ? index : NONE;
    }

    private static final int TTY = 5;

    /** A descriptor of ours for a terminal's master. */
    Fd openMaster(int index) throws KernelException {
        return open(master(index));
    }

    /** Where a terminal's master is. */
    Descriptions.Description master(int index) {
        Descriptions.Description master = masters.get(index);
        if (master == null) {
            throw new IllegalArgumentException("no master of " + SLAVES + index);
        }
        return master;
    }

    /** Whether somebody has the master; else it is in a message at most. */
    boolean hasMaster(int index) {
        return masters.containsKey(index);
    }

    /** A descriptor of ours for a terminal's slave; null when nobody inside has it open. */
    @Nullable
    Fd openSlave(int index) throws KernelException {
        Descriptions.Description slave = slaves.get(index);
        return slave == null ? null : open(slave);
    }

    /** Whether a key that is typed at a terminal may bring somebody a signal (O_ASYNC). */
    boolean signalsKeys(int index) {
        return signalling.contains(SLAVES + index) || signalling.contains(CONTROLLING);
    }

    private static Fd open(Descriptions.Description one) throws KernelException {
        try (PidFd process = PidFd.open(one.pid())) {
            return process.copy(one.number());
        }
    }
}
