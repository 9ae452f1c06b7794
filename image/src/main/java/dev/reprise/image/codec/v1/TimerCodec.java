package dev.reprise.image.codec.v1;

import dev.reprise.image.state.IntervalTimer;
import dev.reprise.image.state.PosixTimer;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** timers.proto. */
final class TimerCodec {
    private TimerCodec() {}

    static MessageWriter write(IntervalTimer timer) {
        MessageWriter m = new MessageWriter();
        m.u32(1, timer.which());
        m.signed(2, timer.intervalMicros());
        m.signed(3, timer.remainingMicros());
        return m;
    }

    static IntervalTimer interval(MessageReader m) throws IOException {
        int which = 0;
        long intervalMicros = 0;
        long remainingMicros = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> which = m.u32();
                case 2 -> intervalMicros = m.signed();
                case 3 -> remainingMicros = m.signed();
                default -> throw m.unknown("IntervalTimer");
            }
        }
        return new IntervalTimer(which, intervalMicros, remainingMicros);
    }

    static MessageWriter write(PosixTimer timer) {
        MessageWriter m = new MessageWriter();
        m.u32(1, timer.timerId());
        m.signed(2, timer.clockId());
        m.u32(3, timer.notification());
        m.u32(4, timer.signal());
        m.u64(5, timer.value());
        m.u32(6, timer.targetTid());
        m.signed(7, timer.intervalNanos());
        m.signed(8, timer.remainingNanos());
        m.u32(9, timer.overrun());
        return m;
    }

    static PosixTimer posix(MessageReader m) throws IOException {
        int timerId = 0;
        int clockId = 0;
        int notification = 0;
        int signal = 0;
        long value = 0;
        int targetTid = 0;
        long intervalNanos = 0;
        long remainingNanos = 0;
        int overrun = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> timerId = m.u32();
                case 2 -> clockId = m.signed32();
                case 3 -> notification = m.u32();
                case 4 -> signal = m.u32();
                case 5 -> value = m.u64();
                case 6 -> targetTid = m.u32();
                case 7 -> intervalNanos = m.signed();
                case 8 -> remainingNanos = m.signed();
                case 9 -> overrun = m.u32();
                default -> throw m.unknown("PosixTimer");
            }
        }
        return new PosixTimer(
                timerId, clockId, notification, signal, value, targetTid, intervalNanos, remainingNanos, overrun);
    }
}
