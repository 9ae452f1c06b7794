package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;

import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.DeviceFile;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.FileOwner;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.OutsideFile;
import dev.reprise.image.state.RegularFile;
import dev.reprise.image.state.SharedObject;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Fcntl;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Open files of the caller's that take the place of some of the image's: of those that lead outside, and of named ones
 * if the caller wants it so.
 *
 * @param image the image with all of them as {@link OutsideFile}s
 * @param descriptors the caller's, each once
 * @param places which of {@code descriptors} takes an open file's place, by index
 */
record Inheritance(Image image, List<Integer> descriptors, Map<ObjectId, Integer> places) {
    private static final int LAST_STREAM = 2;

    Inheritance {
        descriptors = List.copyOf(descriptors);
        places = Map.copyOf(places);
    }

    /** An image from which nothing is replaced. */
    static Inheritance none(Image image) {
        return new Inheritance(image, List.of(), Map.of());
    }

    /**
     * @param handed the caller's descriptors by key
     * @throws RestoreException all that is missing, unknown or unfit
     */
    static Inheritance of(Image image, Map<String, Integer> handed) throws RestoreException {
        List<Integer> descriptors = handed.values().stream().distinct().sorted().toList();
        Map<ObjectId, Integer> places = new HashMap<>();
        Set<String> unused = new HashSet<>(handed.keySet());
        List<String> flaws = new ArrayList<>();
        List<SharedObject> objects = new ArrayList<>();
        for (SharedObject object : image.objects()) {
            String key = key(object);
            Integer descriptor = handed.get(key);
            if (object instanceof OpenFile file && descriptor != null) {
                unused.remove(key);
                places.put(file.id(), descriptors.indexOf(descriptor));
                flaws.addAll(flaws(descriptor, file, key));
                objects.add(new OutsideFile(file.id(), file.flags(), FileOwner.NONE, key));
            } else {
                objects.add(object);
            }
        }
        unused.stream()
                .sorted()
                .forEach(key -> flaws.add("the image has no open file " + key + " that could be replaced"));
        missing(image, places)
                .forEach((key, number) -> flaws.add(
                        "descriptor " + number + " leads outside: give one in its place, --inherit FD=" + key));
        if (!flaws.isEmpty()) {
            throw new RestoreException(new Reason.NotHandedOver(flaws));
        }
        return new Inheritance(image.with(objects), descriptors, places);
    }

    private static String key(SharedObject object) {
        return switch (object) {
            case OutsideFile outside -> outside.description();
            case RegularFile file -> file.file().path();
            case FifoEnd end -> end.file().path();
            case DeviceFile device -> device.file().path();
            default -> "";
        };
    }

    private static List<String> flaws(int descriptor, OpenFile file, String key) {
        long flags = Door.call(SYS_fcntl, descriptor, Fcntl.F_GETFL);
        if (Door.isError(flags)) {
            return List.of("descriptor " + descriptor + " for " + key + " is not open");
        }
        int given = (int) flags & Fcntl.O_ACCMODE;
        int wanted = file.flags() & Fcntl.O_ACCMODE;
        return given == Fcntl.O_RDWR || given == wanted
                ? List.of()
                : List.of("descriptor " + descriptor + " for " + key + " is open for " + word(given) + ", not for "
                        + word(wanted));
    }

    private static String word(int mode) {
        return mode == Fcntl.O_RDONLY ? "reading" : mode == Fcntl.O_WRONLY ? "writing" : "reading and writing";
    }

    /** The keys of those that are at none of 0-2, so that something must be handed over. */
    static Set<String> missing(Image image) {
        return missing(image, Map.of()).keySet();
    }

    private static Map<String, Integer> missing(Image image, Map<ObjectId, Integer> places) {
        Set<ObjectId> streams = new HashSet<>();
        Map<String, Integer> missing = new TreeMap<>();
        List<FdTable> tables = tables(image);
        for (FdTable table : tables) {
            for (Descriptor descriptor : table.descriptors()) {
                if (descriptor.number() <= LAST_STREAM) {
                    streams.add(descriptor.openFile());
                }
            }
        }
        for (FdTable table : tables) {
            for (Descriptor descriptor : table.descriptors()) {
                OpenFile file = image.object(descriptor.openFile(), OpenFile.class);
                if (file instanceof OutsideFile outside
                        && !streams.contains(file.id())
                        && !places.containsKey(file.id())) {
                    missing.putIfAbsent(outside.description(), descriptor.number());
                }
            }
        }
        return missing;
    }

    private static List<FdTable> tables(Image image) {
        List<FdTable> tables = new ArrayList<>();
        for (SharedObject object : image.objects()) {
            if (object instanceof FdTable table) {
                tables.add(table);
            }
        }
        return tables;
    }
}
