package dev.reprise.engine.rebuild;

import dev.reprise.image.state.Image;
import dev.reprise.image.state.IpcLimit;
import dev.reprise.image.state.IpcNamespace;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.MessageQueue;
import dev.reprise.image.state.NamedQueue;
import dev.reprise.image.state.SemaphoreSet;
import dev.reprise.image.state.SharedMemorySegment;
import dev.reprise.image.state.SharedObject;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What the limits of an IPC namespace must at least be while what was made under higher ones is made again. */
final class IpcNeeds {
    private static final long PAGE = 4096;
    private static final int OF_A_SET = 0;
    private static final int IN_ALL = 1;
    private static final int OF_A_CALL = 2;
    private static final int SETS = 3;

    private final Map<IpcLimit, long[]> needs = new EnumMap<>(IpcLimit.class);

    private IpcNeeds() {}

    /** Those of a namespace's objects. */
    static IpcNeeds of(Image image, IpcNamespace namespace) {
        IpcNeeds needs = new IpcNeeds();
        for (SharedObject object : image.objects()) {
            switch (object) {
                case SharedMemorySegment segment
                when segment.identity().namespace().equals(namespace.id()) ->
                    needs.segment(
                            image.object(segment.memory(), MemoryObject.class).size());
                case SemaphoreSet set
                when set.identity().namespace().equals(namespace.id()) ->
                    needs.semaphores(set.values().size());
                case MessageQueue queue when queue.identity().namespace().equals(namespace.id()) -> needs.queue(queue);
                default -> {}
            }
        }
        for (NamedQueue queue : namespace.queues()) {
            needs.of(IpcLimit.POSIX_QUEUES)[0]++;
            needs.atLeast(IpcLimit.POSIX_MESSAGES, queue.maxMessages());
            needs.atLeast(IpcLimit.POSIX_MESSAGE_BYTES, queue.messageSize());
        }
        return needs;
    }

    private void segment(long bytes) {
        atLeast(IpcLimit.SEGMENT_BYTES, bytes);
        of(IpcLimit.SEGMENT_PAGES)[0] += (bytes + PAGE - 1) / PAGE;
        of(IpcLimit.SEGMENTS)[0]++;
    }

    private void semaphores(int count) {
        long[] of = of(IpcLimit.SEMAPHORES);
        of[OF_A_SET] = Math.max(of[OF_A_SET], count);
        of[IN_ALL] += count;
        of[OF_A_CALL] = 1; // what is undone at the end of a process is done first
        of[SETS]++;
    }

    private void queue(MessageQueue queue) {
        of(IpcLimit.QUEUES)[0]++;
        atLeast(IpcLimit.QUEUE_BYTES, queue.maxBytes());
        queue.messages()
                .forEach(message ->
                        atLeast(IpcLimit.MESSAGE_BYTES, message.content().length()));
    }

    private void atLeast(IpcLimit limit, long value) {
        of(limit)[0] = Math.max(of(limit)[0], value);
    }

    private long[] of(IpcLimit limit) {
        return needs.computeIfAbsent(limit, _ -> new long[SETS + 1]);
    }

    /** Values of a limit, each raised to what is needed. */
    List<Long> raised(IpcLimit limit, List<Long> values) {
        List<Long> raised = new ArrayList<>(values.size());
        long[] needed = needs.getOrDefault(limit, new long[0]);
        for (int i = 0; i < values.size(); i++) {
            boolean low = i < needed.length && Long.compareUnsigned(values.get(i), needed[i]) < 0;
            raised.add(low ? Long.valueOf(needed[i]) : values.get(i));
        }
        return raised;
    }
}
