package dev.reprise.kernel;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses /proc/PID/maps and /proc/PID/smaps, byte by byte: it stands inside the freeze.
 *
 * <pre>
 * 7f1c-7f1d rw-p 00002000 fe:00 123    /usr/lib/libc.so.6
 * Rss:                   8 kB
 * VmFlags: rd wr mr mw me ac
 * </pre>
 */
public final class Smaps {
    private final byte[] text;
    private int at;

    private Smaps(byte[] text) {
        this.text = text;
    }

    /** The mappings of a process with their VmFlags. */
    public static List<Mapping> of(int pid) throws KernelException {
        return parse(Proc.bytes("/proc/" + pid + "/smaps"));
    }

    /** The mappings of a process without flags and sizes: several times as fast. */
    public static List<Mapping> mapsOf(int pid) throws KernelException {
        return parse(Proc.bytes("/proc/" + pid + "/maps"));
    }

    /** The mappings that a text of either form describes. */
    public static List<Mapping> parse(byte[] text) {
        return new Smaps(text).all();
    }

    private List<Mapping> all() {
        List<Mapping> mappings = new ArrayList<>();
        while (at < text.length) {
            mappings.add(mapping());
        }
        return mappings;
    }

    private Mapping mapping() {
        long start = hex();
        long end = hex();
        int protection = (text[at] == 'r' ? Mman.PROT_READ : 0)
                | (text[at + 1] == 'w' ? Mman.PROT_WRITE : 0)
                | (text[at + 2] == 'x' ? Mman.PROT_EXEC : 0);
        boolean shared = text[at + 3] == 's';
        at += 5;
        long offset = hex();
        long major = hex();
        long device = packed(major, hex());
        long inode = decimal();
        skipBlanks();
        String path = restOfLine();
        String flags = "";
        long resident = 0;
        int key = 0;
        // A line of the next mapping begins with a digit or a small letter, one of this with a capital.
        while (at < text.length && text[at] >= 'A' && text[at] <= 'Z') {
            if (startsWith("VmFlags:")) {
                at += "VmFlags:".length();
                skipBlanks();
                flags = restOfLine();
            } else if (startsWith("Rss:") || startsWith("Swap:")) {
                at += text[at] == 'R' ? "Rss:".length() : "Swap:".length();
                skipBlanks();
                resident += decimal();
                skipLine();
            } else if (startsWith("ProtectionKey:")) {
                at += "ProtectionKey:".length();
                skipBlanks();
                key = (int) decimal();
                skipLine();
            } else {
                skipLine();
            }
        }
        return new Mapping(start, end, protection, shared, offset, device, inode, path, flags, resident, key);
    }

    /** A device number as stat(2) packs it. */
    private static long packed(long major, long minor) {
        return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xffL) << 12 | (major & ~0xfffL) << 32;
    }

    // Each number is followed by one separator, which is skipped.
    private long hex() {
        long value = 0;
        for (int digit = Character.digit(text[at], 16); digit >= 0; digit = Character.digit(text[at], 16)) {
            value = value << 4 | digit;
            at++;
        }
        at++;
        return value;
    }

    private long decimal() {
        long value = 0;
        while (at < text.length && text[at] >= '0' && text[at] <= '9') {
            value = value * 10 + text[at++] - '0';
        }
        return value;
    }

    private void skipBlanks() {
        while (at < text.length && text[at] == ' ') {
            at++;
        }
    }

    private String restOfLine() {
        int start = at;
        skipLine();
        int end = at > start && text[at - 1] == '\n' ? at - 1 : at;
        // Paths may end in blanks; the VmFlags line always ends in one, which does no harm.
        return start == end ? "" : new String(text, start, end - start, StandardCharsets.ISO_8859_1);
    }

    private void skipLine() {
        while (at < text.length && text[at] != '\n') {
            at++;
        }
        at = Math.min(at + 1, text.length);
    }

    private boolean startsWith(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= text.length || text[at + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
