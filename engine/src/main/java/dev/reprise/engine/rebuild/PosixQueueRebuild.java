package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchmod;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fchown;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mq_notify;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mq_open;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mq_timedsend;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mq_unlink;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.Label;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.PosixQueue;
import dev.reprise.image.state.QueueNotification;
import dev.reprise.image.state.QueuedMessage;
import dev.reprise.kernel.Fcntl;
import java.util.List;

/** POSIX message queues: opened by name like files; made again where they are gone, with their messages. */
final class PosixQueueRebuild {
    private static final int OPENING = Fcntl.O_ACCMODE | Fcntl.O_NONBLOCK;
    private static final String MESSAGES = "the messages in a message queue";
    private static final int PERMISSIONS = 07777;

    private final ProgramBuilder p;
    private final OpenFiles files;

    PosixQueueRebuild(ProgramBuilder p, OpenFiles files) {
        this.p = p;
        this.files = files;
    }

    /** One that has its name. */
    void open(PosixQueue queue) {
        files.place(p, named(queue), queue);
    }

    /** All open files of one unlinked queue. */
    void openUnlinked(List<PosixQueue> queues) {
        PosixQueue first = queues.getFirst();
        Slot chosen = p.space(Long.BYTES);
        Slot name = p.string(first.file().name().substring(1));
        Slot beside = p.string(first.file().name().substring(1) + ".reprise");
        Slot made = p.space(Long.BYTES);
        Label taken = p.label();
        Label done = p.label();
        // Its name may be somebody else's by now.
        p.store8(chosen, name);
        p.store8(made, p.attempt(SYS_mq_open, creation(first, name)));
        p.jumpIfAny(made, Arg.of(Long.MIN_VALUE), taken);
        p.go(done);
        p.place(taken);
        p.store8(chosen, beside);
        p.store8(made, make(first, beside));
        p.place(done);
        own(first, made);
        p.call(SYS_close, Arg.contentOf(made));
        fill(p, Arg.contentOf(chosen), first.messages());
        for (PosixQueue queue : queues) {
            Step opened = p.call(
                            SYS_mq_open, Arg.contentOf(chosen), Arg.of(queue.flags() & OPENING), Arg.of(0), Arg.of(0))
                    .about("message queue " + queue.file().path());
            files.place(p, opened, queue);
        }
        p.call(SYS_mq_unlink, Arg.contentOf(chosen));
    }

    /** Adds, in the process that is told of the next message: it is. */
    void register(PosixQueue queue) {
        QueueNotification known = queue.notification();
        // struct sigevent { u64 value; s32 signal, how; ... }, 64 bytes
        Slot event = p.longs(known.value(), known.signal() & 0xffffffffL | (long) known.how() << 32, 0, 0, 0, 0, 0, 0);
        p.call(SYS_mq_notify, Arg.of(files.numberOf(queue)), event)
                .about("notification of message queue " + queue.file().path());
    }

    private Arg named(PosixQueue queue) {
        Slot name = p.string(queue.file().name().substring(1));
        Slot opened = p.space(Long.BYTES);
        String subject = "message queue " + queue.file().path();
        if (!queue.isKnown()) {
            return p.call(SYS_mq_open, name, Arg.of(queue.flags() & OPENING), Arg.of(0), Arg.of(0))
                    .about(subject);
        }
        Label missing = p.label();
        Label done = p.label();
        p.store8(opened, p.attempt(SYS_mq_open, name, Arg.of(queue.flags() & OPENING), Arg.of(0), Arg.of(0)));
        p.jumpIfAny(opened, Arg.of(Long.MIN_VALUE), missing);
        p.go(done);
        p.place(missing);
        p.store8(opened, make(queue, name));
        own(queue, opened);
        fill(p, name, queue.messages());
        p.place(done);
        return Arg.contentOf(opened);
    }

    /** Adds: messages are in a queue of this name. */
    static void fill(ProgramBuilder p, Arg name, List<QueuedMessage> messages) {
        if (messages.isEmpty()) {
            return;
        }
        Step writer = p.call(
                        SYS_mq_open,
                        name,
                        Arg.of(Fcntl.O_WRONLY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC),
                        Arg.of(0),
                        Arg.of(0))
                .about(MESSAGES);
        for (QueuedMessage message : messages) {
            byte[] content = message.content().toArray();
            p.call(
                            SYS_mq_timedsend,
                            writer,
                            p.bytes(content),
                            Arg.of(content.length),
                            Arg.of(Integer.toUnsignedLong(message.priority())),
                            Arg.of(0))
                    .about(MESSAGES);
        }
        p.call(SYS_close, writer);
    }

    private Step make(PosixQueue queue, Slot name) {
        return p.call(SYS_mq_open, creation(queue, name))
                .about("message queue " + queue.file().path());
    }

    private Arg[] creation(PosixQueue queue, Slot name) {
        int flags = queue.flags() & OPENING | Fcntl.O_CREAT | Fcntl.O_EXCL;
        Slot attributes = p.longs(0, queue.maxMessages(), queue.messageSize(), 0, 0, 0, 0, 0);
        return new Arg[] {name, Arg.of(flags), Arg.of(queue.file().mode() & PERMISSIONS), attributes};
    }

    private void own(PosixQueue queue, Slot opened) {
        p.attempt(
                SYS_fchown,
                Arg.contentOf(opened),
                Arg.of(Integer.toUnsignedLong(queue.file().ownership().uid())),
                Arg.of(Integer.toUnsignedLong(queue.file().ownership().gid())));
        p.attempt(SYS_fchmod, Arg.contentOf(opened), Arg.of(queue.file().mode() & PERMISSIONS));
    }
}
