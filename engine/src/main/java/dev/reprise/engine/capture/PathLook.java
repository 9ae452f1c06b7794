package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import java.util.ArrayList;
import java.util.List;

/** Whether a process's root and working directory can be found again by their names. */
final class PathLook {
    private PathLook() {}

    static List<Refusal> look(int pid) throws KernelException {
        List<Refusal> refusals = new ArrayList<>(0);
        check("root directory", "/proc/" + pid + "/root", refusals);
        if (!isDeleted("/proc/" + pid + "/cwd")) {
            check("working directory", "/proc/" + pid + "/cwd", refusals);
        }
        return refusals;
    }

    // A working directory that has been removed is made again, and removed again.
    private static boolean isDeleted(String link) throws KernelException {
        return FileStatus.of(link).links() == 0 && Proc.link(link).endsWith(FileIdentity.DELETED);
    }

    private static void check(String what, String link, List<Refusal> refusals) throws KernelException {
        String path = Proc.link(link);
        FileStatus wanted = FileStatus.of(link);
        try {
            if (FileStatus.of(path).isSameFile(wanted)) {
                return;
            }
        } catch (KernelException notFound) {
            // said below
        }
        refusals.add(new Refusal(
                what,
                path,
                "no such directory is there any more (deleted, or of another mount)",
                "let it change directory"));
    }
}
