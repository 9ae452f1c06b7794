package dev.reprise.image.codec.v1;

import dev.reprise.image.state.IntervalTimer;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.image.state.PosixTimer;
import dev.reprise.image.state.ProcessModes;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.ResourceLimit;
import dev.reprise.image.state.SemaphoreUndo;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** process.proto; the process's tasks follow in records of their own. */
final class ProcessCodec {
    private ProcessCodec() {}

    static MessageWriter write(ProcessState process) {
        MessageWriter m = new MessageWriter();
        m.u32(1, process.pid());
        m.u32(2, process.parentPid());
        m.u32(3, process.groupId());
        m.u32(4, process.sessionId());
        m.u32(5, process.addressSpace().value());
        m.u32(6, process.fdTable().value());
        m.u32(7, process.fsContext().value());
        m.u32(8, process.signalHandlers().value());
        for (PendingSignal pending : process.pendingSignals()) {
            m.element(9, pending.siginfo().toArray());
        }
        for (IntervalTimer timer : process.intervalTimers()) {
            m.message(10, TimerCodec.write(timer));
        }
        for (PosixTimer timer : process.posixTimers()) {
            m.message(11, TimerCodec.write(timer));
        }
        for (ResourceLimit limit : process.limits()) {
            m.message(12, ResourceLimitCodec.write(limit));
        }
        m.signed(13, process.oomScoreAdj());
        m.bool(14, process.childSubreaper());
        m.bool(15, process.stopped());
        m.u32(16, process.parentTid());
        m.u32(17, process.exitSignal());
        m.signed(18, (long) process.leaderStatus() + 1);
        ProcessModes modes = process.modes();
        if (!modes.equals(ProcessModes.DEFAULT)) {
            MessageWriter o = new MessageWriter();
            o.u32(1, modes.membarriers());
            o.u32(2, modes.denyWriteExecute());
            o.bool(3, modes.memoryMerge());
            for (SemaphoreUndo undo : modes.undos()) {
                o.message(4, IpcCodec.write(undo));
            }
            o.u32(5, modes.utsNamespace().value());
            o.u32(6, modes.loginUid() + 1);
            o.u32(7, modes.ipcNamespace().value());
            o.bool(8, modes.stopUnheard());
            o.signed(9, modes.autogroupNice());
            m.message(19, o);
        }
        return m;
    }

    private static ProcessModes modes(MessageReader m) throws IOException {
        int membarriers = 0;
        int denyWriteExecute = 0;
        boolean memoryMerge = false;
        List<SemaphoreUndo> undos = new ArrayList<>(0);
        ObjectId utsNamespace = ObjectId.NONE;
        int loginUid = ProcessModes.NOBODY;
        ObjectId ipcNamespace = ObjectId.NONE;
        boolean stopUnheard = false;
        int autogroupNice = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> membarriers = m.u32();
                case 2 -> denyWriteExecute = m.u32();
                case 3 -> memoryMerge = m.bool();
                case 4 -> undos.add(IpcCodec.undo(m.message()));
                case 5 -> utsNamespace = new ObjectId(m.u32());
                case 6 -> loginUid = m.u32() - 1;
                case 7 -> ipcNamespace = new ObjectId(m.u32());
                case 8 -> stopUnheard = m.bool();
                case 9 -> autogroupNice = m.signed32();
                default -> throw m.unknown("ProcessModes");
            }
        }
        return new ProcessModes(
                membarriers,
                denyWriteExecute,
                memoryMerge,
                undos,
                utsNamespace,
                loginUid,
                ipcNamespace,
                stopUnheard,
                autogroupNice);
    }

    static ProcessState read(MessageReader m, List<TaskState> tasks) throws IOException {
        int[] ids = new int[9];
        List<PendingSignal> pendingSignals = new ArrayList<>();
        List<IntervalTimer> intervalTimers = new ArrayList<>();
        List<PosixTimer> posixTimers = new ArrayList<>();
        List<ResourceLimit> limits = new ArrayList<>();
        int oomScoreAdj = 0;
        boolean childSubreaper = false;
        boolean stopped = false;
        int parentTid = 0;
        int exitSignal = 0;
        int leaderStatus = ProcessState.ALIVE;
        ProcessModes modes = ProcessModes.DEFAULT;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1, 2, 3, 4, 5, 6, 7, 8 -> ids[field] = m.u32();
                case 9 -> pendingSignals.add(PendingSignalCodec.read(m));
                case 10 -> intervalTimers.add(TimerCodec.interval(m.message()));
                case 11 -> posixTimers.add(TimerCodec.posix(m.message()));
                case 12 -> limits.add(ResourceLimitCodec.read(m.message()));
                case 13 -> oomScoreAdj = m.signed32();
                case 14 -> childSubreaper = m.bool();
                case 15 -> stopped = m.bool();
                case 16 -> parentTid = m.u32();
                case 17 -> exitSignal = m.u32();
                case 18 -> leaderStatus = Math.toIntExact(m.signed() - 1);
                case 19 -> modes = modes(m.message());
                default -> throw m.unknown("Process");
            }
        }
        return new ProcessState(
                ids[1],
                ids[2],
                ids[3],
                ids[4],
                parentTid,
                exitSignal,
                leaderStatus,
                new ObjectId(ids[5]),
                new ObjectId(ids[6]),
                new ObjectId(ids[7]),
                new ObjectId(ids[8]),
                pendingSignals,
                intervalTimers,
                posixTimers,
                limits,
                oomScoreAdj,
                childSubreaper,
                stopped,
                modes,
                tasks);
    }
}
