package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chdir;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_chroot;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchdir;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mkdirat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_unlinkat;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.UnixSocket;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The name of a UNIX socket whose file is not there any more, or is another socket's: bound as it was, but in a directory
 * of its own that is the root meanwhile, so that nothing in the file system is in the way or touched.
 */
final class LostName {
    private static final int O_PATH_DIRECTORY = 010000000 | 0200000 | Fcntl.O_CLOEXEC;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int PRIVATE = 0700;

    private final ProgramBuilder p;
    private final OpenFiles files;
    private final String name;
    private final String directory;
    private final String start;
    private final List<String> directories = new ArrayList<>();

    LostName(ProgramBuilder p, OpenFiles files, Socket socket) {
        this(
                p,
                files,
                UnixNames.path(socket.localAddress().toArray()),
                ((UnixSocket) socket.detail()).place() == UnixSocket.Place.MOVED
                        ? parent(socket.boundFile().path())
                        : "/tmp/");
    }

    /** In a directory below {@code near}, which ends with a slash. */
    LostName(ProgramBuilder p, OpenFiles files, String name, String near) {
        this.p = p;
        this.files = files;
        this.name = name;
        directory = near + ".reprise-"
                + Long.toHexString(ThreadLocalRandom.current().nextLong());
        directories.add(directory);
        // A relative name may go up before it goes down.
        StringBuilder below = new StringBuilder(directory);
        String[] parts = name.split("/");
        for (String part : parts) {
            if (part.equals("..")) {
                directories.add(below.append("/d").toString());
            }
        }
        start = below.toString();
        for (int i = 0; i < parts.length - 1; i++) {
            if (!parts[i].isEmpty()) {
                below.append('/').append(parts[i]);
                if (!parts[i].startsWith(".") || parts[i].length() > 2) {
                    directories.add(below.toString());
                }
            }
        }
    }

    private static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/') + 1);
    }

    /** Where the socket's file really is. */
    String path() {
        return start + "/" + name;
    }

    /** Adds {@code bind}. */
    void bind(Runnable bind) {
        for (String each : directories) {
            p.call(SYS_mkdirat, Arg.of(Fd.AT_FDCWD), p.string(each), Arg.of(PRIVATE))
                    .about(each);
        }
        inside(bind);
    }

    /** Adds a call to which the name means this socket. */
    void inside(Runnable call) {
        if (!name.startsWith("/")) {
            p.call(SYS_chdir, p.string(start)).about(start);
            call.run();
            return;
        }
        Step root = files.park(
                p,
                p.call(SYS_openat, Arg.of(Fd.AT_FDCWD), p.string("/"), Arg.of(O_PATH_DIRECTORY), Arg.of(0))
                        .about("/"));
        p.call(SYS_chroot, p.string(directory)).about(directory);
        call.run();
        p.call(SYS_fchdir, root);
        p.call(SYS_chroot, p.string("."));
        p.call(SYS_close, root);
    }

    /** Adds the removal of all that was made for it. */
    void remove() {
        p.attempt(SYS_unlinkat, Arg.of(Fd.AT_FDCWD), p.string(path()), Arg.of(0));
        for (String each : directories.reversed()) {
            p.attempt(SYS_unlinkat, Arg.of(Fd.AT_FDCWD), p.string(each), Arg.of(AT_REMOVEDIR));
        }
    }
}
