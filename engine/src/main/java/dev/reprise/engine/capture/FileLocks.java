package dev.reprise.engine.capture;

import dev.reprise.image.state.FileLock;
import dev.reprise.kernel.Fcntl;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * The locks in a descriptor's fdinfo (fs/locks.c, lock_get_status).
 *
 * <pre>
 * lock:	1: POSIX  ADVISORY  WRITE 6617 fe:00:2179171 20 29
 * lock:	1: FLOCK  ADVISORY  READ 6617 fe:00:2179154 0 EOF
 * </pre>
 */
final class FileLocks {
    private static final String LINE = "lock:";

    private FileLocks() {}

    /** Refuses what is no plain lock: delegations, and leases that somebody waits for. */
    static void look(LiveDescriptor d, DescriptorLook look) {
        for (String line : d.info().lines()) {
            if (!line.startsWith(LINE)) {
                continue;
            }
            String[] words = words(line);
            if (kind(words[1]) == null) {
                look.refuse(d, "file lock of an unknown kind", d.link() + ": " + words[1], "give it back");
            } else if (words[2].startsWith("BREAK")) {
                look.refuseForNow(
                        d,
                        "file lease that is being broken",
                        "another process waits for " + d.link(),
                        "try again when it has been given back");
            }
        }
    }

    /** The locks that are shown for a descriptor; all descriptors of a description show the same ones. */
    static List<FileLock> of(int number, List<String> lines) {
        List<FileLock> locks = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith(LINE)) {
                String[] words = words(line);
                FileLock.Kind kind = kind(words[1]);
                if (kind != null) {
                    int type = words[3].equals("WRITE") ? Fcntl.F_WRLCK : Fcntl.F_RDLCK;
                    long end = words[7].equals("EOF") ? FileLock.END_OF_FILE : Long.parseLong(words[7]);
                    locks.add(new FileLock(number, kind, type, Long.parseLong(words[6]), end));
                }
            }
        }
        return locks;
    }

    // Blanks of any number between them; no regular expression, which would be a cold class in the freeze.
    private static String[] words(String line) {
        StringTokenizer words = new StringTokenizer(line.substring(LINE.length()));
        String[] all = new String[words.countTokens()];
        for (int i = 0; i < all.length; i++) {
            all[i] = words.nextToken();
        }
        return all;
    }

    private static FileLock.@Nullable Kind kind(String word) {
        return switch (word) {
            case "FLOCK" -> FileLock.Kind.FLOCK;
            case "POSIX" -> FileLock.Kind.POSIX;
            case "OFDLCK" -> FileLock.Kind.OFD;
            case "LEASE" -> FileLock.Kind.LEASE;
            default -> null;
        };
    }
}
