package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Scheduling;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** scheduling.proto. */
final class SchedulingCodec {
    private SchedulingCodec() {}

    static MessageWriter write(Scheduling s) {
        MessageWriter m = new MessageWriter();
        m.u32(1, s.policy());
        m.u64(2, s.flags());
        m.signed(3, s.nice());
        m.u32(4, s.priority());
        m.u64(5, s.runtime());
        m.u64(6, s.deadline());
        m.u64(7, s.period());
        m.bytes(8, s.affinity().toArray());
        m.u32(9, s.ioPriority());
        m.u64(10, s.timerSlackNanos());
        return m;
    }

    static Scheduling read(MessageReader m) throws IOException {
        int policy = 0;
        long flags = 0;
        int nice = 0;
        int priority = 0;
        long runtime = 0;
        long deadline = 0;
        long period = 0;
        Bytes affinity = Bytes.empty();
        int ioPriority = 0;
        long timerSlackNanos = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> policy = m.u32();
                case 2 -> flags = m.u64();
                case 3 -> nice = m.signed32();
                case 4 -> priority = m.u32();
                case 5 -> runtime = m.u64();
                case 6 -> deadline = m.u64();
                case 7 -> period = m.u64();
                case 8 -> affinity = Bytes.of(m.bytes());
                case 9 -> ioPriority = m.u32();
                case 10 -> timerSlackNanos = m.u64();
                default -> throw m.unknown("Scheduling");
            }
        }
        return new Scheduling(
                policy, flags, nice, priority, runtime, deadline, period, affinity, ioPriority, timerSlackNanos);
    }
}
