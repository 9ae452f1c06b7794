package dev.reprise.engine.capture;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Scheduling;
import dev.reprise.kernel.Home;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Sched;
import java.util.Arrays;

/** How a task is scheduled. Made before the freeze: it knows what is default on this machine. */
final class SchedulingCapture {
    private final byte[] everyProcessor;
    private final long ownSlice;

    SchedulingCapture() throws KernelException {
        everyProcessor =
                mask(Proc.text(Home.ours("/sys/devices/system/cpu/online")).strip());
        ownSlice = Sched.attributes(0).runtime();
    }

    /**
     * Reads it from outside. An affinity to every processor is recorded as empty, so that a larger machine is used
     * wholly; the slice of a fair task (6.12 shows it as runtime) as 0 when it is the default.
     */
    Scheduling take(int tid, long timerSlackNanos) throws KernelException {
        Sched.Attributes a = Sched.attributes(tid);
        byte[] affinity = trimmed(Sched.affinity(tid));
        boolean isDefaultSlice = a.isFair() && a.runtime() == ownSlice;
        return new Scheduling(
                a.policy(),
                a.flags(),
                Sched.nice(tid),
                a.priority(),
                isDefaultSlice ? 0 : a.runtime(),
                a.deadline(),
                a.period(),
                Arrays.equals(affinity, everyProcessor) ? Bytes.empty() : Bytes.of(affinity),
                Sched.ioPriority(tid),
                timerSlackNanos);
    }

    /** The mask for a list such as {@code 0-3,8}, without zero bytes at its end. */
    static byte[] mask(String list) {
        byte[] mask = new byte[0];
        for (String range : list.split(",", -1)) {
            int dash = range.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
            mask = Arrays.copyOf(mask, Math.max(mask.length, last / Byte.SIZE + 1));
            for (int processor = first; processor <= last; processor++) {
                mask[processor / Byte.SIZE] |= (byte) (1 << processor % Byte.SIZE);
            }
        }
        return mask;
    }

    private static byte[] trimmed(byte[] mask) {
        int length = mask.length;
        while (length > 0 && mask[length - 1] == 0) {
            length--;
        }
        return Arrays.copyOf(mask, length);
    }
}
