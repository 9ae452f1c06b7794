package dev.reprise.image.codec.v1;

import dev.reprise.image.state.IpcLimit;
import dev.reprise.image.state.IpcNamespace;
import dev.reprise.image.state.IpcSetting;
import dev.reprise.image.state.NamedQueue;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.QueuedMessage;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import dev.reprise.image.wire.UnknownFieldException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** ipc_namespace.proto. */
final class IpcNamespaceCodec {
    private IpcNamespaceCodec() {}

    static MessageWriter write(IpcNamespace namespace) {
        MessageWriter m = new MessageWriter();
        m.u32(1, namespace.id().value());
        for (IpcSetting setting : namespace.settings()) {
            MessageWriter s = new MessageWriter();
            s.u32(1, number(setting.limit()));
            s.packed(2, setting.values().stream().mapToLong(Long::longValue).toArray());
            m.message(2, s);
        }
        for (NamedQueue queue : namespace.queues()) {
            MessageWriter q = new MessageWriter();
            q.latin1(1, queue.name());
            q.u32(2, queue.mode());
            q.message(3, OwnershipCodec.write(queue.owner()));
            q.u64(4, queue.maxMessages());
            q.u64(5, queue.messageSize());
            for (QueuedMessage message : queue.messages()) {
                q.message(6, QueuedMessageCodec.write(message));
            }
            m.message(3, q);
        }
        return m;
    }

    static IpcNamespace read(MessageReader m) throws IOException {
        ObjectId id = ObjectId.NONE;
        List<IpcSetting> settings = new ArrayList<>();
        List<NamedQueue> queues = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> id = new ObjectId(m.u32());
                case 2 -> settings.add(setting(m.message()));
                case 3 -> queues.add(queue(m.message()));
                default -> throw m.unknown("IpcNamespace");
            }
        }
        return new IpcNamespace(id, settings, queues);
    }

    private static IpcSetting setting(MessageReader m) throws IOException {
        int limit = 0;
        List<Long> values = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> limit = m.u32();
                case 2 -> {
                    for (long value : m.packed()) {
                        values.add(value);
                    }
                }
                default -> throw m.unknown("Setting");
            }
        }
        return new IpcSetting(limit(limit), values);
    }

    private static NamedQueue queue(MessageReader m) throws IOException {
        String name = "";
        int mode = 0;
        Ownership owner = Ownership.ROOT;
        long[] sizes = new long[6];
        List<QueuedMessage> messages = new ArrayList<>();
        for (int field = m.next(); field != 0; field = m.next()) {
            switch (field) {
                case 1 -> name = m.latin1();
                case 2 -> mode = m.u32();
                case 3 -> owner = OwnershipCodec.read(m.message());
                case 4, 5 -> sizes[field] = m.u64();
                case 6 -> messages.add(QueuedMessageCodec.read(m.message()));
                default -> throw m.unknown("Queue");
            }
        }
        return new NamedQueue(name, mode, owner, sizes[4], sizes[5], messages);
    }

    private static int number(IpcLimit limit) {
        return switch (limit) {
            case MESSAGE_BYTES -> 1;
            case QUEUE_BYTES -> 2;
            case QUEUES -> 3;
            case SEMAPHORES -> 4;
            case SEGMENT_BYTES -> 5;
            case SEGMENT_PAGES -> 6;
            case SEGMENTS -> 7;
            case REMOVAL_FORCED -> 8;
            case POSIX_QUEUES -> 9;
            case POSIX_MESSAGES -> 10;
            case POSIX_MESSAGE_BYTES -> 11;
            case POSIX_USUAL_MESSAGES -> 12;
            case POSIX_USUAL_MESSAGE_BYTES -> 13;
        };
    }

    private static IpcLimit limit(int number) throws UnknownFieldException {
        for (IpcLimit limit : IpcLimit.values()) {
            if (number(limit) == number) {
                return limit;
            }
        }
        throw new UnknownFieldException("limit " + number + " of an IPC namespace is not known");
    }
}
