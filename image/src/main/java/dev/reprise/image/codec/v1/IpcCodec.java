package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.IpcIdentity;
import dev.reprise.image.state.MessageQueue;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.SemaphoreSet;
import dev.reprise.image.state.SemaphoreUndo;
import dev.reprise.image.state.SharedMemorySegment;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** ipc.proto. */
final class IpcCodec {
    private ObjectId id = ObjectId.NONE;
    private @Nullable IpcIdentity identity;

    private IpcCodec() {}

    private static MessageWriter head(ObjectId id, IpcIdentity identity) {
        MessageWriter i = new MessageWriter();
        i.signed(1, identity.key());
        i.u32(2, identity.id());
        i.u32(3, identity.mode());
        i.message(4, OwnershipCodec.write(identity.owner()));
        i.u32(5, identity.namespace().value());
        MessageWriter m = new MessageWriter();
        m.u32(1, id.value());
        m.message(2, i);
        return m;
    }

    static MessageWriter write(SharedMemorySegment segment) {
        MessageWriter m = head(segment.id(), segment.identity());
        m.u32(3, segment.memory().value());
        m.bool(4, segment.removed());
        m.bool(5, segment.locked());
        m.u64(6, segment.size());
        return m;
    }

    static MessageWriter write(SemaphoreSet set) {
        MessageWriter m = head(set.id(), set.identity());
        m.packed(3, set.values().stream().mapToLong(Integer::longValue).toArray());
        return m;
    }

    static MessageWriter write(MessageQueue queue) {
        MessageWriter m = head(queue.id(), queue.identity());
        m.u64(3, queue.maxBytes());
        for (MessageQueue.Message message : queue.messages()) {
            MessageWriter one = new MessageWriter();
            one.signed(1, message.type());
            one.bytes(2, message.content().toArray());
            m.message(4, one);
        }
        return m;
    }

    static MessageWriter write(SemaphoreUndo undo) {
        MessageWriter m = new MessageWriter();
        m.u32(1, undo.set());
        m.u32(2, undo.number());
        m.signed(3, undo.adjustment());
        return m;
    }

    private void head(int field, MessageReader m, String message) throws IOException {
        switch (field) {
            case 1 -> id = new ObjectId(m.u32());
            case 2 -> identity = identity(m.message());
            default -> throw m.unknown(message);
        }
    }

    private IpcIdentity identity() throws IOException {
        return MessageReader.require(identity, "an IPC object's identity");
    }

    private static IpcIdentity identity(MessageReader m) throws IOException {
        int key = 0;
        int id = 0;
        int mode = 0;
        Ownership owner = Ownership.ROOT;
        ObjectId namespace = ObjectId.NONE;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> key = m.signed32();
                case 2 -> id = m.u32();
                case 3 -> mode = m.u32();
                case 4 -> owner = OwnershipCodec.read(m.message());
                case 5 -> namespace = new ObjectId(m.u32());
                default -> throw m.unknown("IpcIdentity");
            }
        }
        return new IpcIdentity(key, id, mode, owner, namespace);
    }

    static SharedMemorySegment segment(MessageReader m) throws IOException {
        IpcCodec head = new IpcCodec();
        ObjectId memory = ObjectId.NONE;
        boolean removed = false;
        boolean locked = false;
        long size = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 3 -> memory = new ObjectId(m.u32());
                case 4 -> removed = m.bool();
                case 5 -> locked = m.bool();
                case 6 -> size = m.u64();
                default -> head.head(field, m, "SharedMemorySegment");
            }
        }
        return new SharedMemorySegment(head.id, head.identity(), memory, removed, locked, size);
    }

    static SemaphoreSet semaphores(MessageReader m) throws IOException {
        IpcCodec head = new IpcCodec();
        List<Integer> values = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            if (field == 3) {
                for (long value : m.packed()) {
                    values.add((int) value);
                }
            } else {
                head.head(field, m, "SemaphoreSet");
            }
        }
        return new SemaphoreSet(head.id, head.identity(), values);
    }

    static MessageQueue queue(MessageReader m) throws IOException {
        IpcCodec head = new IpcCodec();
        long maxBytes = 0;
        List<MessageQueue.Message> messages = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 3 -> maxBytes = m.u64();
                case 4 -> messages.add(message(m.message()));
                default -> head.head(field, m, "MessageQueue");
            }
        }
        return new MessageQueue(head.id, head.identity(), maxBytes, messages);
    }

    private static MessageQueue.Message message(MessageReader m) throws IOException {
        long type = 0;
        Bytes content = Bytes.empty();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> type = m.signed();
                case 2 -> content = Bytes.of(m.bytes());
                default -> throw m.unknown("Message");
            }
        }
        return new MessageQueue.Message(type, content);
    }

    static SemaphoreUndo undo(MessageReader m) throws IOException {
        int set = 0;
        int number = 0;
        int adjustment = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> set = m.u32();
                case 2 -> number = m.u32();
                case 3 -> adjustment = m.signed32();
                default -> throw m.unknown("SemaphoreUndo");
            }
        }
        return new SemaphoreUndo(set, number, adjustment);
    }
}
