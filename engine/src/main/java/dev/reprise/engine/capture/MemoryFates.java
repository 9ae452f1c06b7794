package dev.reprise.engine.capture;

import dev.reprise.engine.model.OutsideLinks;
import dev.reprise.engine.model.OutsideLinks.Fate;
import dev.reprise.engine.model.Refusal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What the user has settled about memory that a process outside has, too: by {@code memory:[INODE]}, for anonymous shared memory
 * has no name. It can be cut, that is copied; nobody could hand over other memory in its place.
 */
final class MemoryFates {
    private static final Pattern KEY = Pattern.compile("memory:\\[[0-9]{1,20}]");

    private final Map<String, Fate> fates = new TreeMap<>();

    MemoryFates(OutsideLinks links) {
        links.fates().forEach((key, fate) -> {
            if (isKey(key)) {
                fates.put(key, fate);
            }
        });
    }

    /** Whether a key is of memory, not of an open file. */
    static boolean isKey(String key) {
        return KEY.matcher(key).matches();
    }

    private static String keyOf(DeviceInode memory) {
        return "memory:[" + Long.toUnsignedString(memory.inode()) + "]";
    }

    /** Whether the program is to have a copy of its own afterwards. */
    boolean isCut(DeviceInode memory) {
        return fates.get(keyOf(memory)) == Fate.CUT;
    }

    /** Memory that somebody outside uses, too, and that is not to be cut. */
    Refusal refusal(DeviceInode memory, String where, int user) {
        String help = fates.get(keyOf(memory)) == Fate.INHERIT
                ? "memory cannot be handed over: --external " + keyOf(memory) + "=cut copies it"
                : "checkpoint both together, or end the other, or settle it: --external " + keyOf(memory) + "=cut";
        return new Refusal("shared memory", where, "process " + user + " uses it, too", help);
    }

    /** A key that names nothing is an error of the user's. */
    List<Refusal> unknown(Collection<DeviceInode> all, String where) {
        List<String> known = all.stream().map(MemoryFates::keyOf).toList();
        List<Refusal> refusals = new ArrayList<>();
        for (String key : fates.keySet()) {
            if (!known.contains(key)) {
                refusals.add(new Refusal(
                        "--external " + key, where, "no memory has this key", "reprise explain tells the keys"));
            }
        }
        return refusals;
    }
}
