package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Cgroups;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Back into the control groups, where they still exist: the whole process first, while it has one thread.
 *
 * <p>One that is gone, or that takes nobody in, is no reason to fail: the process stays in restore's own.
 */
final class CgroupRebuild {
    private final Map<Step, String> steps = new LinkedHashMap<>();

    private CgroupRebuild() {}

    /** Adds the move of a process that has one thread. */
    static CgroupRebuild ofProcess(ProgramBuilder p, Image image, ProcessState process) {
        CgroupRebuild rebuild = new CgroupRebuild();
        ObjectId id = process.leader().modes().cgroups();
        if (!id.equals(ObjectId.NONE)) {
            for (Cgroups.Membership group : image.object(id, Cgroups.class).memberships()) {
                rebuild.enter(p, group.directory() + (group.unified() ? "/cgroup.procs" : "/tasks"));
            }
        }
        return rebuild;
    }

    /** Adds the move of a thread that was not where its leader was. */
    static void ofThread(ProgramBuilder p, Image image, ProcessState process, TaskState task) {
        ObjectId id = task.modes().cgroups();
        if (id.equals(ObjectId.NONE) || id.equals(process.leader().modes().cgroups())) {
            return;
        }
        for (Cgroups.Membership group : image.object(id, Cgroups.class).memberships()) {
            new CgroupRebuild().enter(p, group.directory() + (group.unified() ? "/cgroup.threads" : "/tasks"));
        }
    }

    // 0 is whoever writes it.
    private void enter(ProgramBuilder p, String file) {
        Step opened = p.attempt(
                SYS_openat, Arg.of(Fd.AT_FDCWD), p.string(file), Arg.of(Fcntl.O_WRONLY | Fcntl.O_CLOEXEC), Arg.of(0));
        steps.put(p.attempt(SYS_write, opened, p.bytes(new byte[] {'0'}), Arg.of(1)), file);
        p.attempt(SYS_close, opened);
    }

    /** A line for each group that did not take it in. */
    List<String> warnings(ProgramResults results) {
        List<String> warnings = new ArrayList<>(0);
        steps.forEach((step, file) -> {
            long result = results.result(step);
            if (Door.isError(result)) {
                // A descriptor that open did not give is a bad one.
                String why = Errno.of(result) == Errno.EBADF
                        ? "is gone"
                        : "takes nobody in: " + Errno.of(result).text();
                warnings.add("the control group of " + file + " " + why + "; the program stays in restore's own");
            }
        });
        return warnings;
    }
}
