package dev.reprise.engine.proof;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Copies of records in each of which one component, however deep, is another. */
final class Mutants {
    private static final int ENOUGH = 3;

    private Mutants() {}

    /** Gives {@code take} the component's name, e.g. {@code Socket.backlog}, and the mutant. */
    static void of(@Nullable Object value, String name, BiConsumer<String, Object> take) {
        switch (value) {
            case PageRun _ -> {} // what is in pages is compared by them
            case ObjectId id -> take.accept(name, new ObjectId(id.value() + 1));
            case Integer number -> take.accept(name, number ^ 1);
            case Long number -> take.accept(name, number ^ 1L << 40);
            case Boolean truth -> take.accept(name, !truth);
            case String text -> take.accept(name, text + "x");
            case Bytes bytes -> take.accept(name, other(bytes));
            case Enum<?> constant -> {
                Object[] all = constant.getDeclaringClass().getEnumConstants();
                take.accept(name, all[(constant.ordinal() + 1) % all.length]);
            }
            case List<?> list -> ofList(list, name, take);
            case Record record -> ofRecord(record, take);
            case null, default -> {}
        }
    }

    private static Bytes other(Bytes bytes) {
        byte[] content = bytes.isEmpty() ? new byte[1] : bytes.toArray();
        content[content.length - 1] ^= 1;
        return Bytes.of(content);
    }

    private static void ofList(List<?> list, String name, BiConsumer<String, Object> take) {
        for (int i = 0; i < list.size() && i < ENOUGH; i++) {
            int at = i;
            of(list.get(i), name, (part, mutant) -> {
                List<Object> copy = new ArrayList<>(list);
                copy.set(at, mutant);
                take.accept(part, copy);
            });
        }
        if (!list.isEmpty()) {
            take.accept(name + " shorter", list.subList(1, list.size()));
        }
    }

    private static void ofRecord(Record record, BiConsumer<String, Object> take) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            int at = i;
            String name = record.getClass().getSimpleName() + "." + components[i].getName();
            of(Records.value(record, components[i]), name, (part, mutant) -> {
                Record copy = copy(record, components, at, mutant);
                if (copy != null) {
                    take.accept(part, copy);
                }
            });
        }
    }

    // null: what no such record can be
    private static @Nullable Record copy(Record record, RecordComponent[] components, int changed, Object mutant) {
        try {
            Constructor<? extends Record> constructor = record.getClass()
                    .getDeclaredConstructor(Arrays.stream(components)
                            .map(RecordComponent::getType)
                            .toArray(Class<?>[]::new));
            Object[] values = new Object[components.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = i == changed ? mutant : Records.value(record, components[i]);
            }
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException | IllegalArgumentException impossible) {
            return null;
        }
    }
}
