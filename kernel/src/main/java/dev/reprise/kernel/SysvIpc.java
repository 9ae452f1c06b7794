package dev.reprise.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;

/** The tables of System V IPC objects in /proc/sysvipc, of our own IPC namespace. */
public final class SysvIpc {
    public static final int IPC_CREAT = 01000;
    public static final int IPC_EXCL = 02000;
    public static final int IPC_NOWAIT = 04000;
    public static final int IPC_RMID = 0;
    public static final int IPC_SET = 1;
    public static final int IPC_STAT = 2;
    public static final int SHM_RDONLY = 010000;
    public static final int SHM_HUGETLB = 04000;
    public static final int SHM_LOCK = 11;
    public static final int GETPID = 11;
    public static final int GETVAL = 12;
    public static final int GETALL = 13;
    public static final int SETALL = 17;
    public static final int SEM_UNDO = 010000;
    public static final int MSG_COPY = 040000;

    /** Bits of a segment's mode. */
    public static final int SHM_DEST = 01000;

    public static final int SHM_LOCKED = 02000;

    private SysvIpc() {}

    /** One object: its fields by the names in the table's first line. */
    public record Entry(Map<String, Long> fields) {
        /** A field, or 0 where this table has none of the name. */
        public long field(String name) {
            return fields.getOrDefault(name, 0L);
        }

        public int number(String name) {
            return (int) field(name);
        }
    }

    public static List<Entry> shm() throws KernelException {
        return table("shm");
    }

    public static List<Entry> sem() throws KernelException {
        return table("sem");
    }

    public static List<Entry> msg() throws KernelException {
        return table("msg");
    }

    private static List<Entry> table(String name) throws KernelException {
        String[] lines = Proc.text("/proc/sysvipc/" + name).strip().split("\n", -1);
        List<String> names = words(lines[0]);
        List<Entry> entries = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            List<String> values = words(lines[i]);
            Map<String, Long> fields = new HashMap<>();
            for (int j = 0; j < names.size(); j++) {
                // Permissions are octal.
                fields.put(
                        names.get(j), Long.parseLong(values.get(j), names.get(j).equals("perms") ? 8 : 10));
            }
            entries.add(new Entry(fields));
        }
        return entries;
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringTokenizer tokens = new StringTokenizer(line);
        while (tokens.hasMoreTokens()) {
            words.add(tokens.nextToken());
        }
        return words;
    }
}
