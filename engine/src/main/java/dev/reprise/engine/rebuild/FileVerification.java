package dev.reprise.engine.rebuild;

import dev.reprise.image.state.FileIdentity;
import dev.reprise.kernel.ElfFile;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Compares the files that a restore needs with what they were: before anything is started. */
final class FileVerification {
    private static final int S_IFMT = 0170000;

    private FileVerification() {}

    /** One line for each file that is not as it must be: what, for whom, how. */
    static List<String> differences(List<FileCheck> checks) {
        List<String> differences = new ArrayList<>(0);
        Set<FileCheck> different = new LinkedHashSet<>(checks);
        for (FileCheck check : different) {
            if (!check.file().path().isEmpty()) {
                String difference = difference(check);
                if (!difference.isEmpty()) {
                    differences.add(check.file().path() + " (" + check.user() + ") " + difference);
                }
            }
        }
        return differences;
    }

    private static String difference(FileCheck check) {
        FileIdentity saved = check.file();
        try {
            // A link is itself only where a link was open (O_PATH | O_NOFOLLOW).
            boolean link = (saved.mode() & S_IFMT) == Fcntl.S_IFLNK;
            FileStatus now = link ? FileStatus.ofLink(saved.path()) : FileStatus.of(saved.path());
            if ((now.mode() & S_IFMT) != (saved.mode() & S_IFMT)) {
                return "is of another type";
            }
            return switch (check.rule()) {
                case SAME_TYPE -> "";
                case SAME_SIZE ->
                    now.size() == saved.size() ? "" : "has " + now.size() + " bytes instead of " + saved.size();
                case NOT_SHORTER ->
                    now.size() >= saved.size() ? "" : "has " + now.size() + " bytes, less than " + saved.size();
                case SAME_CODE -> now.isRegular() ? code(saved, now) : "is no file";
            };
        } catch (KernelException failure) {
            return failure.errno() == Errno.ENOENT
                    ? "is gone"
                    : "cannot be read: " + failure.errno().text();
        }
    }

    private static String code(FileIdentity saved, FileStatus now) throws KernelException {
        if (saved.buildId().isEmpty()) {
            boolean same = now.size() == saved.size() && now.mtimeNanos() == saved.mtimeNanos();
            return same ? "" : "has changed (size or modification time)";
        }
        try (Fd file = Fd.open(saved.path(), Fcntl.O_RDONLY, 0)) {
            return ElfFile.buildId(file).equals(saved.buildId()) ? "" : "is another build";
        }
    }
}
