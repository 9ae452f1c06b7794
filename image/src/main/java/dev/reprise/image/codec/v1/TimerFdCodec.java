package dev.reprise.image.codec.v1;

import dev.reprise.image.state.TimerFd;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** timer_fd.proto. */
final class TimerFdCodec {
    private TimerFdCodec() {}

    static MessageWriter write(TimerFd timer) {
        MessageWriter m = OpenFileHead.write(timer);
        m.signed(4, timer.clockId());
        m.u32(5, timer.setFlags());
        m.u64(6, timer.ticks());
        m.signed(7, timer.remainingNanos());
        m.signed(8, timer.intervalNanos());
        return m;
    }

    static TimerFd read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        int clockId = 0;
        int setFlags = 0;
        long ticks = 0;
        long remainingNanos = 0;
        long intervalNanos = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 4 -> clockId = m.signed32();
                case 5 -> setFlags = m.u32();
                case 6 -> ticks = m.u64();
                case 7 -> remainingNanos = m.signed();
                case 8 -> intervalNanos = m.signed();
                default -> head.read(field, m, "TimerFd");
            }
        }
        return new TimerFd(
                head.id(), head.flags(), head.owner(), clockId, setFlags, ticks, remainingNanos, intervalNanos);
    }
}
