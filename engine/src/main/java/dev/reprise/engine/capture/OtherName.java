package dev.reprise.engine.capture;

import dev.reprise.image.state.FileIdentity;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;

/** Another name of a file (link(2)) whose own is gone: looked for in the directory that it was in. */
final class OtherName {
    private OtherName() {}

    /** A path of the same file; empty when there is none. */
    static String of(LiveDescriptor d) {
        String link = d.link();
        if (!link.endsWith(FileIdentity.DELETED) || d.status().links() == 0) {
            return "";
        }
        String directory = link.substring(0, link.lastIndexOf('/') + 1);
        try {
            for (String name : Proc.list(directory)) {
                if (leadsTo(directory + name, d.status())) {
                    return directory + name;
                }
            }
        } catch (KernelException gone) {
            return ""; // the directory has gone, too
        }
        return "";
    }

    private static boolean leadsTo(String path, FileStatus status) {
        try {
            return FileStatus.ofLink(path).isSameFile(status);
        } catch (KernelException gone) {
            return false;
        }
    }
}
