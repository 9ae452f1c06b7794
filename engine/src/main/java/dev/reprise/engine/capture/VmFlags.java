package dev.reprise.engine.capture;

import dev.reprise.image.state.VmFlag;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Translates VmFlags lines; a process has few different ones. */
final class VmFlags {
    private static final VmFlag[] ALL = VmFlag.values();

    private final Map<String, Set<VmFlag>> known = new HashMap<>();

    Set<VmFlag> of(String line) {
        Set<VmFlag> flags = known.get(line);
        if (flags == null) {
            flags = parse(line);
            known.put(line, flags);
        }
        return flags;
    }

    private static Set<VmFlag> parse(String line) {
        Set<VmFlag> flags = EnumSet.noneOf(VmFlag.class);
        for (VmFlag flag : ALL) {
            if (line.contains(flag.smaps())) {
                flags.add(flag);
            }
        }
        return flags;
    }
}
