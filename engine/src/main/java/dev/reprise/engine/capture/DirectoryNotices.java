package dev.reprise.engine.capture;

import dev.reprise.kernel.Btf.UnknownLayoutException;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.KernelMemory;

/**
 * The events that a directory's owner is signalled for (fcntl(2), F_NOTIFY). No call tells of them: they are found among the marks of the directory
 * in the kernel's memory (fs/notify/dnotify/dnotify.c). Whoever has asked for some has an owner set, so that others are not asked.
 */
final class DirectoryNotices {
    private static final int MOST = 1000;

    // What the kernel makes of DN_ACCESS, MODIFY, CREATE, DELETE, RENAME, ATTRIB, MULTISHOT (FS_* of
    // include/linux/fsnotify_backend.h).
    private static final long[][] MEANINGS = {
        {0x1, 0x1}, {0x2, 0x2}, {0x100, 0x4}, {0x200, 0x8}, {0x10000000, 0x10}, {0x4, 0x20}, {0x20000000, 0x80000000L}
    };

    private DirectoryNotices() {}

    /** DN_*; 0 where there are none, or nobody tells. */
    static int of(Fd directory, KernelView kernel) {
        return kernel.of(memory -> find(memory, memory.file(directory))).orElse(0);
    }

    private static int find(KernelMemory memory, long file) throws KernelException, UnknownLayoutException {
        long marks = memory.field(memory.field(file, "file", "f_inode"), "inode", "i_fsnotify_marks");
        if (marks == 0) {
            return 0;
        }
        int link = memory.offset("fsnotify_mark", "obj_list");
        long node = memory.field(marks, "fsnotify_mark_connector", "list.first");
        for (int i = 0; node != 0 && i < MOST; i++) {
            int found = ofMark(memory, node - link, file);
            if (found != 0) {
                return found;
            }
            node = memory.field(node, "hlist_node", "next");
        }
        return 0;
    }

    // Marks of other kinds have something else there, which leads to no such file.
    private static int ofMark(KernelMemory memory, long mark, long file)
            throws KernelException, UnknownLayoutException {
        try {
            long one = memory.field(mark, "dnotify_mark", "dn");
            for (int i = 0; one != 0 && i < MOST; i++) {
                if (memory.field(one, "dnotify_struct", "dn_filp") == file) {
                    return notices(memory.field(one, "dnotify_struct", "dn_mask"));
                }
                one = memory.field(one, "dnotify_struct", "dn_next");
            }
            return 0;
        } catch (KernelException elsewhere) {
            return 0;
        }
    }

    private static int notices(long mask) {
        long notices = 0;
        for (long[] meaning : MEANINGS) {
            notices |= (mask & meaning[0]) != 0 ? meaning[1] : 0;
        }
        return (int) notices;
    }
}
