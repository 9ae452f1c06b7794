package dev.reprise.engine.proof;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** State is records of records: what there is to see of any of them. */
final class Records {
    private Records() {}

    /** A component's value. */
    static @Nullable Object value(Record record, RecordComponent component) {
        try {
            return component.getAccessor().invoke(record);
        } catch (IllegalAccessException | InvocationTargetException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Shows {@code see} a record and all that it consists of. */
    static void walk(@Nullable Object value, Consumer<Record> see) {
        switch (value) {
            case Record record -> {
                see.accept(record);
                for (RecordComponent component : record.getClass().getRecordComponents()) {
                    walk(value(record, component), see);
                }
            }
            case List<?> list -> list.forEach(one -> walk(one, see));
            case null, default -> {}
        }
    }
}
