package dev.reprise.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** acceptance/expected-skips.txt: what may be skipped as root, and the rule of the kernel that makes it so. */
final class ExpectedSkips {
    private static final Map<String, String> REASONS = read();

    private ExpectedSkips() {}

    // CASE WAY reason..., either of the first two may be *.
    private static Map<String, String> read() {
        Map<String, String> reasons = new HashMap<>();
        try {
            for (String line : Files.readAllLines(Checkout.ROOT.resolve("acceptance/expected-skips.txt"))) {
                String[] words = line.strip().split("\\s+", 3);
                if (words.length == 3 && !words[0].startsWith("#")) {
                    reasons.put(words[0] + " " + words[1], words[2]);
                }
            }
        } catch (IOException missing) {
            throw new AssertionError(missing);
        }
        return reasons;
    }

    /** Whether a case says rightly that it cannot run here. */
    static boolean contain(Guest guest, Way way) {
        return reason(guest, way) != null;
    }

    /** Why a case may be skipped. */
    static @Nullable String reason(Guest guest, Way way) {
        for (String key : new String[] {guest.name() + " " + way.id(), guest.name() + " *", "* " + way.id()}) {
            if (REASONS.containsKey(key)) {
                return REASONS.get(key);
            }
        }
        return null;
    }
}
