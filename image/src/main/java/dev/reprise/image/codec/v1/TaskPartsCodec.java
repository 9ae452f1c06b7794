package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.MemoryPolicy;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.RobustList;
import dev.reprise.image.state.RseqArea;
import dev.reprise.image.state.SignalStack;
import dev.reprise.image.state.Speculation;
import dev.reprise.image.state.TaskModes;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** The small messages of task.proto. */
final class TaskPartsCodec {
    private static final int ERESTARTSYS = 512;
    private static final int ERESTARTNOHAND = 514;

    private TaskPartsCodec() {}

    static MessageWriter write(Interruption.Sleep sleep) {
        MessageWriter m = new MessageWriter();
        m.u32(1, sleep.number());
        m.signed(2, sleep.remainingNanos());
        return m;
    }

    static int code(Interruption.Call call) {
        return call.restartable() ? ERESTARTSYS : ERESTARTNOHAND;
    }

    static Interruption.Call call(int code) throws IOException {
        if (code != ERESTARTSYS && code != ERESTARTNOHAND) {
            throw new IOException("Task.restart is " + code);
        }
        return new Interruption.Call(code == ERESTARTSYS);
    }

    static Interruption.Sleep sleep(MessageReader m) throws IOException {
        int number = 0;
        long remainingNanos = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> number = m.u32();
                case 2 -> remainingNanos = m.signed();
                default -> throw m.unknown("Sleep");
            }
        }
        return new Interruption.Sleep(number, remainingNanos);
    }

    static MessageWriter write(SignalStack stack) {
        MessageWriter m = new MessageWriter();
        m.u64(1, stack.address());
        m.u32(2, stack.flags());
        m.u64(3, stack.size());
        return m;
    }

    static SignalStack signalStack(MessageReader m) throws IOException {
        long address = 0;
        int flags = 0;
        long size = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> address = m.u64();
                case 2 -> flags = m.u32();
                case 3 -> size = m.u64();
                default -> throw m.unknown("SignalStack");
            }
        }
        return new SignalStack(address, flags, size);
    }

    static MessageWriter write(RobustList list) {
        MessageWriter m = new MessageWriter();
        m.u64(1, list.head());
        m.u64(2, list.length());
        return m;
    }

    static RobustList robustList(MessageReader m) throws IOException {
        long head = 0;
        long length = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> head = m.u64();
                case 2 -> length = m.u64();
                default -> throw m.unknown("RobustList");
            }
        }
        return new RobustList(head, length);
    }

    static MessageWriter write(RseqArea rseq) {
        MessageWriter m = new MessageWriter();
        m.u64(1, rseq.address());
        m.u32(2, rseq.length());
        m.u32(3, rseq.signature());
        m.u32(4, rseq.flags());
        return m;
    }

    static RseqArea rseq(MessageReader m) throws IOException {
        long address = 0;
        int length = 0;
        int signature = 0;
        int flags = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> address = m.u64();
                case 2 -> length = m.u32();
                case 3 -> signature = m.u32();
                case 4 -> flags = m.u32();
                default -> throw m.unknown("Rseq");
            }
        }
        return new RseqArea(address, length, signature, flags);
    }

    static MessageWriter write(TaskModes modes) {
        MessageWriter m = new MessageWriter();
        m.bool(1, modes.timeStampFaults());
        m.bool(2, modes.cpuidFaults());
        m.u32(3, modes.machineCheck());
        m.bool(4, modes.ioFlusher());
        m.u32(5, modes.speculation().storeBypass());
        m.u32(6, modes.speculation().indirectBranch());
        m.u32(7, modes.speculation().l1dFlush());
        m.u32(8, modes.memoryPolicy().mode());
        m.bytes(9, modes.memoryPolicy().nodes().toArray());
        m.u32(10, modes.seccomp().value());
        m.u32(11, modes.cgroups().value());
        return m;
    }

    static TaskModes modes(MessageReader m) throws IOException {
        boolean timeStampFaults = false;
        boolean cpuidFaults = false;
        int machineCheck = 0;
        boolean ioFlusher = false;
        int[] words = new int[12];
        Bytes nodes = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> timeStampFaults = m.bool();
                case 2 -> cpuidFaults = m.bool();
                case 3 -> machineCheck = m.u32();
                case 4 -> ioFlusher = m.bool();
                case 5, 6, 7, 8, 10, 11 -> words[field] = m.u32();
                case 9 -> nodes = Bytes.of(m.bytes());
                default -> throw m.unknown("Modes");
            }
        }
        return new TaskModes(
                timeStampFaults,
                cpuidFaults,
                machineCheck,
                ioFlusher,
                new Speculation(words[5], words[6], words[7]),
                new MemoryPolicy(words[8], nodes),
                new ObjectId(words[10]),
                new ObjectId(words[11]));
    }
}
