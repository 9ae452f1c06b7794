package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Machine;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** machine.proto. */
final class MachineCodec {
    private MachineCodec() {}

    static MessageWriter write(Machine machine) {
        MessageWriter m = new MessageWriter();
        m.utf8(1, machine.architecture());
        m.u32(2, machine.pageSize());
        m.utf8(3, machine.kernelRelease());
        m.u64(4, machine.xcr0());
        m.utf8(6, machine.bootId());
        m.signed(7, machine.monotonicNanos());
        m.signed(8, machine.boottimeNanos());
        m.signed(9, machine.realtimeNanos());
        m.signed(10, machine.timensMonotonicNanos());
        m.signed(11, machine.timensBoottimeNanos());
        m.bytes(12, machine.vdso().toArray());
        return m;
    }

    static Machine read(MessageReader m) throws IOException {
        String architecture = "";
        int pageSize = 0;
        String kernelRelease = "";
        long xcr0 = 0;
        Bytes vdso = Bytes.empty();
        String bootId = "";
        long monotonicNanos = 0;
        long boottimeNanos = 0;
        long realtimeNanos = 0;
        long timensMonotonicNanos = 0;
        long timensBoottimeNanos = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> architecture = m.utf8();
                case 2 -> pageSize = m.u32();
                case 3 -> kernelRelease = m.utf8();
                case 4 -> xcr0 = m.u64();
                case 6 -> bootId = m.utf8();
                case 7 -> monotonicNanos = m.signed();
                case 8 -> boottimeNanos = m.signed();
                case 9 -> realtimeNanos = m.signed();
                case 10 -> timensMonotonicNanos = m.signed();
                case 11 -> timensBoottimeNanos = m.signed();
                case 12 -> vdso = Bytes.of(m.bytes());
                default -> throw m.unknown("Machine");
            }
        }
        return new Machine(
                architecture,
                pageSize,
                kernelRelease,
                xcr0,
                vdso,
                bootId,
                monotonicNanos,
                boottimeNanos,
                realtimeNanos,
                timensMonotonicNanos,
                timensBoottimeNanos);
    }
}
