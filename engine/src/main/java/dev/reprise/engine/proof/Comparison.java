package dev.reprise.engine.proof;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.DeadProcess;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.IpcIdentity;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.SocketOption;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.Vma;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Two checkpoints of one program, component by component. Their objects' ids differ; whatever has an object in one must have the
 * one that stands for it in the other, so that what is shared is compared, too.
 */
public final class Comparison {
    private static final int MOST = 40;
    private static final int SHORT = 32;

    private final Image first;
    private final Image second;
    private final PageComparison pages;
    private final Tolerance tolerance;
    private final Map<ObjectId, ObjectId> pairs = new HashMap<>();
    private final Map<ObjectId, ObjectId> reverse = new HashMap<>();
    private final List<String> differences = new ArrayList<>();

    private Comparison(Image first, PagePrints firstPages, ProofSink again) {
        this.first = first;
        this.second = again.image();
        pages = new PageComparison(first, firstPages, second, again.prints());
        tolerance = Tolerance.between(first, second);
        pairs.put(ObjectId.NONE, ObjectId.NONE);
        reverse.put(ObjectId.NONE, ObjectId.NONE);
    }

    /** How a checkpoint of what was restored differs from what should have been, a line each; empty when it does not. */
    static List<String> differences(Image first, PagePrints firstPages, ProofSink again) {
        Comparison comparison = new Comparison(first, firstPages, again);
        comparison.all();
        return comparison.differences;
    }

    private void all() {
        processes();
        systemV();
        compare(sorted(first.zombies()), sorted(second.zombies()), "ended processes");
    }

    private static List<DeadProcess> sorted(List<DeadProcess> dead) {
        return dead.stream().sorted(Comparator.comparingInt(DeadProcess::pid)).toList();
    }

    private void processes() {
        Map<Integer, ProcessState> others = new HashMap<>();
        second.processes().forEach(process -> others.put(process.pid(), process));
        for (ProcessState process : first.processes()) {
            ProcessState other = others.remove(process.pid());
            if (other == null) {
                add("process " + process.pid(), "it is missing");
            } else {
                compare(process, other, "");
            }
        }
        others.keySet().forEach(pid -> add("process " + pid, "it should not be there"));
    }

    // Nobody need have them open.
    private void systemV() {
        for (SharedObject object : first.objects()) {
            IpcIdentity identity = SystemVObjects.identity(object);
            ObjectId namespace = identity == null ? null : pairs.get(identity.namespace());
            if (identity != null && namespace != null && !pairs.containsKey(object.id())) {
                SharedObject other = SystemVObjects.find(second, object.getClass(), namespace, identity.id());
                if (other == null) {
                    add("System V object " + identity.id(), "it is missing");
                } else {
                    objects(object.id(), other.id(), "System V object " + identity.id());
                }
            }
        }
    }

    private void compare(@Nullable Object one, @Nullable Object other, String where) {
        if (one instanceof ObjectId id && other instanceof ObjectId otherId) {
            objects(id, otherId, where);
        } else if (one instanceof List<?> list && other instanceof List<?> otherList) {
            lists(list, otherList, where);
        } else if (one instanceof FileIdentity file && other instanceof FileIdentity otherFile) {
            // What it was at the checkpoint: it may grow meanwhile, and be another's copy.
            compare(file.path(), otherFile.path(), where);
        } else if (one instanceof Record record && other instanceof Record otherRecord) {
            records(record, otherRecord, where);
        } else if (!Objects.equals(one, other)) {
            add(where, text(one) + " became " + text(other));
        }
    }

    private void lists(List<?> list, List<?> other, String where) {
        List<?> one = tolerance.expected(tolerance.ordered(list));
        List<?> known = tolerance.without(one, tolerance.ordered(other));
        if (one.size() != known.size()) {
            add(
                    where,
                    one.size() + " became " + known.size() + missing(one, known, ", without")
                            + missing(known, one, ", with"));
            return;
        }
        for (int i = 0; i < one.size(); i++) {
            compare(one.get(i), known.get(i), where);
        }
    }

    private void records(Record one, Record other, String where) {
        if (!one.getClass().equals(other.getClass())) {
            if (!tolerance.isStandIn(one)) {
                add(where, one + " became " + other);
            }
            return;
        }
        String here = where + place(one);
        for (RecordComponent component : one.getClass().getRecordComponents()) {
            Object value = Records.value(one, component);
            Object otherValue = Records.value(other, component);
            if (!component.getType().equals(ObjectId.class)
                    || !component.getName().equals("id")) {
                if (!tolerance.accepts(one, component.getName(), value, otherValue)) {
                    compare(value, otherValue, here + ", " + words(component.getName()));
                }
            }
        }
    }

    private void objects(ObjectId one, ObjectId other, String where) {
        if (!one.equals(ObjectId.NONE) && tolerance.isStandIn(first.object(one, SharedObject.class))) {
            return;
        }
        if (!one.equals(ObjectId.NONE) && tolerance.isOpenedByEach(first.object(one, SharedObject.class))) {
            compare(first.object(one, SharedObject.class), second.object(other, SharedObject.class), where);
            return;
        }
        ObjectId known = pairs.get(one);
        ObjectId back = reverse.get(other);
        if (known == null && back == null) {
            pairs.put(one, other);
            reverse.put(other, one);
            SharedObject object = first.object(one, SharedObject.class);
            SharedObject otherObject = second.object(other, SharedObject.class);
            compare(object, otherObject, where);
            if (object instanceof AddressSpace || object instanceof MemoryObject memory && !isOriginals(memory)) {
                pages.difference(one, other).ifPresent(line -> add(where, line));
            }
        } else if (!other.equals(known) || !one.equals(back)) {
            add(where, "it is shared with others than before");
        }
    }

    private static String missing(List<?> from, List<?> in, String word) {
        List<String> there = in.stream().map(Comparison::name).toList();
        List<String> missing = from.stream()
                .map(Comparison::name)
                .filter(name -> !there.contains(name))
                .toList();
        return missing.isEmpty() ? "" : word + String.join(",", missing);
    }

    private static String name(Object value) {
        return value instanceof Record record && !place(record).isEmpty() ? place(record) : " " + value;
    }

    // A file that is there is taken as it is, and the original writes into it.
    private static boolean isOriginals(MemoryObject memory) {
        return memory.kind() == MemoryObject.Kind.FILE_CONTENTS;
    }

    private static String place(Record record) {
        return switch (record) {
            case ProcessState process -> "process " + process.pid();
            case TaskState task -> " " + task.tid();
            case Descriptor descriptor -> " " + descriptor.number();
            case SocketOption option -> " " + option.level() + "/" + option.name();
            case Vma vma -> " " + Long.toHexString(vma.start());
            default -> "";
        };
    }

    private static String words(String name) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            words.append(Character.isUpperCase(c) ? " " + Character.toLowerCase(c) : String.valueOf(c));
        }
        return words.toString();
    }

    private static String text(@Nullable Object value) {
        if (value instanceof Bytes bytes && bytes.length() <= SHORT) {
            return HexFormat.of().formatHex(bytes.toArray());
        }
        return value instanceof Long number && Math.abs(number) > 9
                ? "0x" + Long.toHexString(number)
                : String.valueOf(value);
    }

    private void add(String where, String what) {
        if (differences.size() < MOST) {
            differences.add(where + ": " + what);
        }
    }
}
