package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_seccomp;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SeccompFilter;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.TaskState;
import dev.reprise.kernel.Seccomp;
import java.util.ArrayList;
import java.util.List;

/**
 * Seccomp filters: those that all threads have in common by one thread for all of them (SECCOMP_FILTER_FLAG_TSYNC), so that
 * they are the same ones again; then each thread's own.
 *
 * <p>They judge nothing before the task is let go (PTRACE_O_SUSPEND_SECCOMP).
 */
final class SeccompRebuild {
    private final Image image;
    private final List<ObjectId> common;

    SeccompRebuild(Image image, ProcessState process) {
        this.image = image;
        List<ObjectId> shared = chain(process.leader());
        for (TaskState task : process.tasks()) {
            List<ObjectId> own = chain(task);
            int length = 0;
            while (length < Math.min(own.size(), shared.size())
                    && own.get(length).equals(shared.get(length))) {
                length++;
            }
            shared = shared.subList(0, length);
        }
        common = shared;
    }

    /** Whether any process of an image has filters. */
    static boolean isNeeded(Image image) {
        for (SharedObject object : image.objects()) {
            if (object instanceof SeccompFilter) {
                return true;
            }
        }
        return false;
    }

    private List<ObjectId> chain(TaskState task) {
        List<ObjectId> chain = new ArrayList<>(0);
        ObjectId id = task.modes().seccomp();
        while (!id.equals(ObjectId.NONE)) {
            chain.addFirst(id);
            id = image.object(id, SeccompFilter.class).previous();
        }
        return chain;
    }

    /** Adds to the leader's program those that all have; all threads exist and are traced. */
    void addCommon(ProgramBuilder p) {
        for (ObjectId id : common) {
            install(p, id, Seccomp.FILTER_FLAG_TSYNC);
        }
    }

    /** Adds to a thread's program those of its own. */
    void addOwn(ProgramBuilder p, TaskState task) {
        List<ObjectId> chain = chain(task);
        for (ObjectId id : chain.subList(common.size(), chain.size())) {
            install(p, id, 0);
        }
    }

    /** Adds all of a thread's, by the thread itself: for one that is not traced, as the last thing it does. */
    void addAll(ProgramBuilder p, TaskState task) {
        for (ObjectId id : chain(task)) {
            install(p, id, 0);
        }
    }

    // struct sock_fprog { u16 len; struct sock_filter *filter; }; what speculation a filter would forbid is set by
    // itself
    private void install(ProgramBuilder p, ObjectId id, int flags) {
        SeccompFilter filter = image.object(id, SeccompFilter.class);
        Slot program = p.longs(filter.program().length() / Long.BYTES, 0);
        p.store8(program.plus(Long.BYTES), p.bytes(filter.program().toArray()));
        p.expect(
                        0,
                        SYS_seccomp,
                        Arg.of(Seccomp.SET_MODE_FILTER),
                        Arg.of(flags | filter.flags() | Seccomp.FILTER_FLAG_SPEC_ALLOW),
                        program)
                .about("seccomp filter");
    }
}
