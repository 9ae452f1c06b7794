package dev.reprise.engine.capture;

import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.HashSet;
import java.util.Set;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** The inodes on which anybody has a lock, as /proc/locks tells; in a pid namespace it keeps those of the dead to itself: there any may be. */
final class LockedInodes {
    private static final String INITIAL_NAMESPACE = "pid:[4026531836]";

    private final @Nullable Set<Long> inodes;

    private LockedInodes(@Nullable Set<Long> inodes) {
        this.inodes = inodes;
    }

    /** As they are now. */
    static LockedInodes now() {
        try {
            boolean initial = Proc.link("/proc/self/ns/pid").equals(INITIAL_NAMESPACE);
            return new LockedInodes(initial ? parse(Proc.text("/proc/locks")) : null);
        } catch (KernelException hidden) {
            return new LockedInodes(null);
        }
    }

    // 1: POSIX  ADVISORY  WRITE 6617 fe:00:2179171 20 29
    private static Set<Long> parse(String text) {
        Set<Long> inodes = new HashSet<>();
        StringTokenizer words = new StringTokenizer(text);
        while (words.hasMoreTokens()) {
            String word = words.nextToken();
            int colon = word.indexOf(':');
            int last = word.lastIndexOf(':');
            if (colon > 0 && last > colon) {
                inodes.add(Long.parseLong(word.substring(last + 1)));
            }
        }
        return inodes;
    }

    /** Whether there may be one on a file with this inode. */
    boolean mayHave(long inode) {
        return inodes == null || inodes.contains(inode);
    }
}
