package dev.reprise.image.codec.v1;

import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.wire.MalformedException;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The forest of tasks, early in the stream: enough for a reader to plan ids before anything else has arrived; forest.proto. */
public record Forest(List<Node> processes) {
    public Forest {
        processes = List.copyOf(processes);
    }

    /** One process: its ids and those of its tasks, the leader first. */
    public record Node(int pid, int parentPid, int groupId, int sessionId, List<Integer> tids) {
        public Node {
            tids = List.copyOf(tids);
        }

        /** Whether these are the ids of {@code process}. */
        boolean isOf(ProcessState process) {
            return pid == process.pid()
                    && parentPid == process.parentPid()
                    && groupId == process.groupId()
                    && sessionId == process.sessionId()
                    && tids.equals(tidsOf(process));
        }
    }

    /** The forest that these processes make. */
    public static Forest of(List<ProcessState> processes) {
        List<Node> nodes = new ArrayList<>();
        for (ProcessState process : processes) {
            nodes.add(new Node(
                    process.pid(), process.parentPid(), process.groupId(), process.sessionId(), tidsOf(process)));
        }
        return new Forest(nodes);
    }

    MessageWriter write() {
        MessageWriter m = new MessageWriter();
        for (Node node : processes) {
            MessageWriter n = new MessageWriter();
            n.u32(1, node.pid());
            n.u32(2, node.parentPid());
            n.u32(3, node.groupId());
            n.u32(4, node.sessionId());
            long[] tids = new long[node.tids().size()];
            for (int i = 0; i < tids.length; i++) {
                tids[i] = node.tids().get(i);
            }
            n.packed(5, tids);
            m.message(1, n);
        }
        return m;
    }

    static Forest read(MessageReader m) throws IOException {
        List<Node> processes = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> processes.add(node(m.message()));
                default -> throw m.unknown("Forest");
            }
        }
        return new Forest(processes);
    }

    private static Node node(MessageReader m) throws IOException {
        int[] ids = new int[5];
        List<Integer> tids = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1, 2, 3, 4 -> ids[field] = m.u32();
                case 5 -> tids(m.packed(), tids);
                default -> throw m.unknown("Process");
            }
        }
        if (tids.isEmpty()) {
            throw new MalformedException("a process has no tasks");
        }
        return new Node(ids[1], ids[2], ids[3], ids[4], tids);
    }

    private static List<Integer> tidsOf(ProcessState process) {
        List<Integer> tids = new ArrayList<>();
        for (TaskState task : process.tasks()) {
            tids.add(task.tid());
        }
        return tids;
    }

    private static void tids(long[] values, List<Integer> tids) throws MalformedException {
        for (long value : values) {
            if (value >>> 31 != 0) {
                throw new MalformedException("a task id is too large");
            }
            tids.add((int) value);
        }
    }
}
