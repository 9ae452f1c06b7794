package dev.reprise.image;

import dev.reprise.image.state.Backing;
import dev.reprise.image.state.BpfMap;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.IoUring;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.ResourceLimit;
import dev.reprise.image.state.SignalAction;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.Twin;
import dev.reprise.image.state.UtsNamespace;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Makes records with random content in every component, whatever components they have; the seed decides. */
public final class RandomRecords {
    /** Places in a ring of one page. */
    private static final int AIO_EVENTS = 127;

    private static final int XSTATE = 576;

    private final Random random;
    private long page;

    public RandomRecords(long seed) {
        random = new Random(seed);
    }

    /** A record, or one of the records that a sealed interface permits. */
    public <T> T make(Class<T> type) {
        return type.cast(value(type));
    }

    private Object value(Type type) {
        if (type instanceof ParameterizedType list) {
            return list.getRawType() == Set.class ? flags() : list(list.getActualTypeArguments()[0]);
        }
        Class<?> raw = (Class<?>) type;
        if (raw == int.class || raw == Integer.class) {
            return random.nextInt(4) == 0 ? 0 : random.nextInt() >> random.nextInt(32);
        } else if (raw == long.class || raw == Long.class) {
            return random.nextInt(4) == 0 ? 0 : random.nextLong() >> random.nextInt(64);
        } else if (raw == boolean.class) {
            return random.nextBoolean();
        } else if (raw == String.class) {
            return random.ints(random.nextInt(12), 1, 256)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
        } else if (raw == Bytes.class) {
            return bytes(random.nextInt(300));
        } else if (raw == ObjectId.class) {
            return new ObjectId(random.nextInt(1 << 30));
        } else if (raw == PageRun.class) {
            page += random.nextInt(3);
            PageRun run = new PageRun(page * PageRun.PAGE_SIZE, 1 + random.nextInt(3));
            page += run.pages();
            return run;
        } else if (raw == PendingSignal.class) {
            return new PendingSignal(bytes(PendingSignal.SIZE));
        } else if (raw.isEnum()) {
            return raw.getEnumConstants()[random.nextInt(raw.getEnumConstants().length)];
        } else if (raw.isSealed()) {
            return value(raw.getPermittedSubclasses()[random.nextInt(raw.getPermittedSubclasses().length)]);
        }
        return record(raw);
    }

    private <T> T record(Class<T> type) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(components[i].getGenericType());
        }
        if (type == Vma.class) {
            values[0] = random.nextLong(Long.MAX_VALUE) >> random.nextInt(30);
            boolean ring = Arrays.stream(values).anyMatch(Backing.AioRing.class::isInstance);
            values[1] = (long) values[0] + (ring ? PageRun.PAGE_SIZE : 1 + random.nextInt(1 << 20));
        } else if (type == ProcessState.class) {
            TaskState leader = record(TaskState.class);
            values[0] = leader.tid();
            values[components.length - 1] = List.of(leader, record(TaskState.class));
        } else if (type == Backing.AioRing.class) {
            int head = random.nextInt(AIO_EVENTS);
            int unread = random.nextInt(AIO_EVENTS);
            values[1] = head;
            values[2] = (head + unread) % AIO_EVENTS;
            values[3] = bytes(32 * unread);
        } else if (type == IoUring.class) {
            values[8] = List.of(0, 4, 8, 12, 64, random.nextInt(1 << 20));
            values[10] = 300 + random.nextInt(1 << 20);
            values[12] = 300 + random.nextInt(1 << 20);
        } else if (type == BpfMap.class) {
            int entries = 1 + random.nextInt(9);
            values[4] = 4;
            values[5] = 8;
            values[9] = "map";
            values[11] = bytes(4 * entries);
            values[12] = bytes(8 * entries);
        } else if (type == Twin.class) {
            values[2] = 1 + random.nextInt(1 << 20);
            values[6] = bytes(Twin.MARK);
        } else if (type == SignalAction.class) {
            values[0] = 1 + random.nextInt(64);
        } else if (type == ResourceLimit.class) {
            values[0] = random.nextInt(16);
        } else if (type == FdTable.class) {
            values[1] = ascending();
        } else if (type == TaskState.class) {
            values[4] = bytes(XSTATE + random.nextInt(300));
        } else if (type == MemoryObject.class) {
            values[3] = random.nextLong(Long.MAX_VALUE) + 1;
        } else if (type == UtsNamespace.class) {
            values[1] = bytes(random.nextInt(UtsNamespace.LONGEST + 1));
            values[2] = bytes(random.nextInt(UtsNamespace.LONGEST + 1));
        }
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<T> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("making a " + type, e);
        }
    }

    private List<Descriptor> ascending() {
        List<Descriptor> descriptors = new ArrayList<>();
        int number = 0;
        for (int n = random.nextInt(5); n > 0; n--) {
            number += 1 + random.nextInt(1 << 20);
            descriptors.add(new Descriptor(number, random.nextBoolean(), new ObjectId(random.nextInt(1 << 30))));
        }
        return descriptors;
    }

    private List<Object> list(Type element) {
        page = 0;
        List<Object> list = new ArrayList<>();
        for (int n = random.nextInt(5); n > 0; n--) {
            list.add(value(element));
        }
        return list;
    }

    private Set<VmFlag> flags() {
        Set<VmFlag> flags = EnumSet.noneOf(VmFlag.class);
        for (VmFlag flag : VmFlag.values()) {
            if (random.nextInt(4) == 0) {
                flags.add(flag);
            }
        }
        return flags;
    }

    private Bytes bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Bytes.of(bytes);
    }
}
