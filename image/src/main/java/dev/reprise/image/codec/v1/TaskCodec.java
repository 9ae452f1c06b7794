package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Credentials;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.image.state.Registers;
import dev.reprise.image.state.RobustList;
import dev.reprise.image.state.RseqArea;
import dev.reprise.image.state.Scheduling;
import dev.reprise.image.state.SignalStack;
import dev.reprise.image.state.TaskModes;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** task.proto. */
final class TaskCodec {
    private TaskCodec() {}

    static MessageWriter write(TaskState task) {
        MessageWriter m = new MessageWriter();
        m.u32(1, task.tid());
        m.bytes(2, task.name().toArray());
        m.message(3, RegistersCodec.write(task.registers()));
        m.bytes(4, task.xstate().toArray());
        int restart = 0;
        switch (task.interruption()) {
            case Interruption.None _ -> {}
            case Interruption.Sleep sleep -> m.message(5, TaskPartsCodec.write(sleep));
            case Interruption.Call call -> restart = TaskPartsCodec.code(call);
        }
        m.fixed64(6, task.signalMask());
        for (PendingSignal pending : task.pendingSignals()) {
            m.element(7, pending.siginfo().toArray());
        }
        m.message(8, TaskPartsCodec.write(task.signalStack()));
        m.message(9, TaskPartsCodec.write(task.robustList()));
        m.message(10, TaskPartsCodec.write(task.rseq()));
        m.u64(11, task.clearChildTid());
        m.message(12, CredentialsCodec.write(task.credentials()));
        m.message(13, SchedulingCodec.write(task.scheduling()));
        m.u32(14, task.parentDeathSignal());
        m.u64(15, task.personality());
        if (!task.modes().equals(TaskModes.DEFAULT)) {
            m.message(16, TaskPartsCodec.write(task.modes()));
        }
        m.packed(17, IdsCodec.write(task.innerTids()));
        m.u32(18, restart);
        return m;
    }

    static TaskState read(MessageReader m) throws IOException {
        int tid = 0;
        List<Integer> innerTids = List.of();
        Bytes name = Bytes.empty();
        Registers registers = null;
        Bytes xstate = Bytes.empty();
        Interruption interruption = new Interruption.None();
        long signalMask = 0;
        List<PendingSignal> pendingSignals = new ArrayList<>();
        SignalStack signalStack = null;
        RobustList robustList = null;
        RseqArea rseq = RseqArea.NONE;
        long clearChildTid = 0;
        Credentials credentials = null;
        Scheduling scheduling = null;
        int parentDeathSignal = 0;
        long personality = 0;
        TaskModes modes = TaskModes.DEFAULT;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> tid = m.u32();
                case 2 -> name = Bytes.of(m.bytes());
                case 3 -> registers = RegistersCodec.read(m.message());
                case 4 -> xstate = Bytes.of(m.bytes());
                case 5 -> interruption = TaskPartsCodec.sleep(m.message());
                case 6 -> signalMask = m.fixed64();
                case 7 -> pendingSignals.add(PendingSignalCodec.read(m));
                case 8 -> signalStack = TaskPartsCodec.signalStack(m.message());
                case 9 -> robustList = TaskPartsCodec.robustList(m.message());
                case 10 -> rseq = TaskPartsCodec.rseq(m.message());
                case 11 -> clearChildTid = m.u64();
                case 12 -> credentials = CredentialsCodec.read(m.message());
                case 13 -> scheduling = SchedulingCodec.read(m.message());
                case 14 -> parentDeathSignal = m.u32();
                case 15 -> personality = m.u64();
                case 16 -> modes = TaskPartsCodec.modes(m.message());
                case 17 -> innerTids = IdsCodec.read(m.packed());
                case 18 -> interruption = TaskPartsCodec.call(m.u32());
                default -> throw m.unknown("Task");
            }
        }
        return new TaskState(
                tid,
                innerTids,
                name,
                MessageReader.require(registers, "Task.registers"),
                xstate,
                interruption,
                signalMask,
                pendingSignals,
                MessageReader.require(signalStack, "Task.signal_stack"),
                MessageReader.require(robustList, "Task.robust_list"),
                rseq,
                clearChildTid,
                MessageReader.require(credentials, "Task.credentials"),
                MessageReader.require(scheduling, "Task.scheduling"),
                parentDeathSignal,
                personality,
                modes);
    }
}
