package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mq_open;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mq_timedreceive;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mq_timedsend;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_openat;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_poll;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.engine.program.Variable;
import dev.reprise.engine.tracee.ForestStandstill;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.QueuedMessage;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.KernelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages in a POSIX message queue: the kernel gives each out once, the highest priority first, so that a process receives all and
 * sends them again in that order, in one program, which runs to its end whatever becomes of us, and while nobody else runs.
 */
final class QueuedMessages {
    private static final Map<String, Integer> CALLS = Map.of(
            "openat", SYS_openat,
            "mq_open", SYS_mq_open,
            "mq_timedreceive", SYS_mq_timedreceive,
            "mq_timedsend", SYS_mq_timedsend,
            "poll", SYS_poll,
            "close", SYS_close);

    /** What a program has room for. */
    private static final long ROOM = 700 << 10;

    private static final int OPENING = Fcntl.O_RDWR | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC;
    private static final int NOTE = 2 * Integer.BYTES; // length and priority
    private static final int ATTEMPTS = 10_000;

    private final ProgramBuilder p = new ProgramBuilder();
    private final Variable count = new Variable(p, 0);
    private final PosixQueueStatus status;
    private final Slot buffer;
    private final Slot notes;

    private QueuedMessages(PosixQueueStatus status) {
        this.status = status;
        // Each call wants room for the longest.
        buffer = p.space((status.messages() + 1) * status.messageSize());
        notes = p.space(NOTE * (status.messages() + 1));
    }

    /** Those of a queue that process {@code pid} has open; null where that cannot be: nothing was touched. */
    static @Nullable List<QueuedMessage> ofOpen(ChangeGuard guard, int pid, int number, PosixQueueStatus status)
            throws KernelException {
        return of(
                guard,
                pid,
                status,
                p -> p.attempt(
                        SYS_openat,
                        Arg.of(Fd.AT_FDCWD),
                        p.string("/proc/thread-self/fd/" + number),
                        Arg.of(OPENING),
                        Arg.of(0)));
    }

    /** Likewise of a queue in the IPC namespace of process {@code pid}, by its name without a slash. */
    static @Nullable List<QueuedMessage> ofNamed(ChangeGuard guard, int pid, String name, PosixQueueStatus status)
            throws KernelException {
        return of(
                guard, pid, status, p -> p.attempt(SYS_mq_open, p.string(name), Arg.of(OPENING), Arg.of(0), Arg.of(0)));
    }

    private interface Opener {
        Step open(ProgramBuilder p);
    }

    private static @Nullable List<QueuedMessage> of(ChangeGuard guard, int pid, PosixQueueStatus status, Opener opener)
            throws KernelException {
        if (status.messages() == 0) {
            return List.of();
        }
        long each = Math.addExact(status.messageSize(), NOTE);
        if (each > ROOM / (status.messages() + 1)
                || !guard.forbidden(pid, CALLS).isEmpty()) {
            return null;
        }
        return new QueuedMessages(status).run(guard.standstillInItsNamespace(pid), opener);
    }

    private @Nullable List<QueuedMessage> run(ForestStandstill standstill, Opener opener) throws KernelException {
        Label closed = p.label();
        Label impossible = p.label();
        Step queue = opener.open(p);
        p.jumpIfEqual(p.shiftRight(queue, Arg.of(Long.SIZE - 1)), Arg.of(1), closed);
        ForestStandstill.Part standing = standstill.new Part(p, impossible);
        receive(queue);
        send(queue);
        p.place(impossible);
        standing.end();
        p.attempt(SYS_close, queue);
        p.place(closed);
        p.end();
        return found(standstill.run(p.build()));
    }

    private void receive(Step queue) {
        Variable at = new Variable(p, 0);
        Variable note = new Variable(p, 0);
        Slot priority = p.space(Long.BYTES);
        Label again = p.label();
        Label done = p.label();
        at.set(buffer);
        note.set(notes);
        p.place(again);
        p.jumpIfEqual(count.value(), Arg.of(status.messages()), done);
        Step got = p.attempt(SYS_mq_timedreceive, queue, at.value(), Arg.of(status.messageSize()), priority, Arg.of(0));
        p.jumpIfEqual(p.shiftRight(got, Arg.of(Long.SIZE - 1)), Arg.of(1), done);
        p.store4(note.value(), got);
        p.store4(p.add(note.value(), Arg.of(Integer.BYTES)), p.load4(priority));
        at.add(got);
        note.add(NOTE);
        count.add(1);
        p.go(again);
        p.place(done);
    }

    // It has just been there, so there is room for it but for what all programs of a control group share: memory.
    private void send(Step queue) {
        Variable at = new Variable(p, 0);
        Variable note = new Variable(p, 0);
        Variable sent = new Variable(p, 0);
        Variable attempts = new Variable(p, 0);
        Label again = p.label();
        Label next = p.label();
        Label done = p.label();
        at.set(buffer);
        note.set(notes);
        p.place(again);
        p.jumpIfEqual(sent.value(), count.value(), done);
        Step length = p.load4(note.value());
        Step priority = p.load4(p.add(note.value(), Arg.of(Integer.BYTES)));
        Step result = p.attempt(SYS_mq_timedsend, queue, at.value(), length, priority, Arg.of(0));
        p.jumpIfEqual(result, Arg.of(0), next);
        p.jumpIfEqual(attempts.value(), Arg.of(ATTEMPTS), next);
        attempts.add(1);
        p.attempt(SYS_poll, 0, 0, 1);
        p.go(again);
        p.place(next);
        at.add(length);
        note.add(NOTE);
        sent.add(1);
        p.go(again);
        p.place(done);
    }

    private @Nullable List<QueuedMessage> found(ProgramResults results) {
        long received = results.slot(count.slot()).get(JAVA_LONG, 0);
        if (received != status.messages()) {
            return null;
        }
        List<QueuedMessage> found = new ArrayList<>();
        long from = 0;
        for (int i = 0; i < received; i++) {
            int length = results.slot(notes).get(JAVA_INT, (long) NOTE * i);
            int priority = results.slot(notes).get(JAVA_INT, (long) NOTE * i + Integer.BYTES);
            byte[] content = results.slot(buffer).asSlice(from, length).toArray(JAVA_BYTE);
            found.add(new QueuedMessage(priority, Bytes.of(content)));
            from += length;
        }
        return found;
    }
}
