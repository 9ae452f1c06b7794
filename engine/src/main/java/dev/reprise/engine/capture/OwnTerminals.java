package dev.reprise.engine.capture;

import dev.reprise.kernel.DeviceNumber;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.HashSet;
import java.util.Set;

/** The terminals that programs were started from: their controlling ones and those among 0-2. */
final class OwnTerminals {
    private static final int TTY_FIELD = 4; // behind "pid (name) ": state ppid pgrp session tty_nr

    private final Set<Long> devices;

    private OwnTerminals(Set<Long> devices) {
        this.devices = devices;
    }

    static OwnTerminals of(ProcessSet set) throws KernelException {
        Set<Long> devices = new HashSet<>();
        for (Member member : set.members()) {
            try {
                add(member.tid(), devices);
            } catch (KernelException ended) {
                Gone.requireGone(ended);
            }
        }
        devices.remove(0L);
        return new OwnTerminals(devices);
    }

    private static void add(int pid, Set<Long> devices) throws KernelException {
        String stat = Proc.text("/proc/" + pid + "/stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", TTY_FIELD + 2);
        devices.add(DeviceNumber.fromStat(Integer.parseInt(fields[TTY_FIELD])));
        for (int number = 0; number <= 2; number++) {
            try {
                devices.add(FileStatus.of("/proc/" + pid + "/fd/" + number).deviceNumber());
            } catch (KernelException failed) {
                failed.requireAnswer();
                // closed
            }
        }
    }

    boolean has(long device) {
        return devices.contains(device);
    }
}
