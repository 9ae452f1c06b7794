package dev.reprise.image.codec.v1;

import dev.reprise.image.state.DeadProcess;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.wire.MalformedException;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The forest of tasks, early in the stream: enough for a reader to plan ids before anything else has arrived; forest.proto. */
public record Forest(
        List<Node> processes, List<DeadProcess> zombies, List<Integer> outsideGroups, List<Integer> outsideSessions) {
    public Forest {
        processes = List.copyOf(processes);
        zombies = List.copyOf(zombies);
        outsideGroups = List.copyOf(outsideGroups);
        outsideSessions = List.copyOf(outsideSessions);
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

    /** The forest of an image. */
    public static Forest of(Image image) {
        List<Node> nodes = new ArrayList<>();
        for (ProcessState process : image.processes()) {
            nodes.add(new Node(
                    process.pid(), process.parentPid(), process.groupId(), process.sessionId(), tidsOf(process)));
        }
        return new Forest(nodes, image.zombies(), image.outsideGroups(), image.outsideSessions());
    }

    MessageWriter write() {
        MessageWriter m = new MessageWriter();
        for (Node node : processes) {
            MessageWriter n = new MessageWriter();
            n.u32(1, node.pid());
            n.u32(2, node.parentPid());
            n.u32(3, node.groupId());
            n.u32(4, node.sessionId());
            n.packed(5, IdsCodec.write(node.tids()));
            m.message(1, n);
        }
        for (DeadProcess zombie : zombies) {
            m.message(2, DeadProcessCodec.write(zombie));
        }
        m.packed(3, IdsCodec.write(outsideGroups));
        m.packed(4, IdsCodec.write(outsideSessions));
        return m;
    }

    static Forest read(MessageReader m) throws IOException {
        List<Node> processes = new ArrayList<>();
        List<DeadProcess> zombies = new ArrayList<>();
        List<Integer> outsideGroups = List.of();
        List<Integer> outsideSessions = List.of();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> processes.add(node(m.message()));
                case 2 -> zombies.add(DeadProcessCodec.read(m.message()));
                case 3 -> outsideGroups = IdsCodec.read(m.packed());
                case 4 -> outsideSessions = IdsCodec.read(m.packed());
                default -> throw m.unknown("Forest");
            }
        }
        return new Forest(processes, zombies, outsideGroups, outsideSessions);
    }

    private static Node node(MessageReader m) throws IOException {
        int[] ids = new int[5];
        List<Integer> tids = List.of();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1, 2, 3, 4 -> ids[field] = m.u32();
                case 5 -> tids = IdsCodec.read(m.packed());
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
}
