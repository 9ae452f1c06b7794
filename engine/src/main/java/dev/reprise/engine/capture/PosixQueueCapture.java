package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_mq_getsetattr;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_pread64;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.PosixQueue;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.FileSystem;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * POSIX message queues. They belong to the system, like files; a message can be read in no way that leaves it there, so an
 * unlinked queue must be empty.
 */
final class PosixQueueCapture implements OpenFileCapture {
    private static final int ATTRIBUTES = 64;
    private static final int TEXT = 128;
    private static final String NOBODY = "NOTIFY_PID:0";

    /** struct mq_attr: s64 mq_flags, mq_maxmsg, mq_msgsize, mq_curmsgs, reserved[4]. */
    private record Attributes(long maxMessages, long messageSize, long messages) {}

    @Override
    public boolean recognizes(LiveDescriptor d) {
        try {
            return d.link().startsWith("/") && FileSystem.of(d.copy()) == FileSystem.MQUEUE_MAGIC;
        } catch (KernelException unknown) {
            return false;
        }
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        if (look.isHeldOutside(d) && d.isDeleted()) {
            look.refuseLink(
                    d,
                    "unlinked message queue shared with another process",
                    "another process has " + d.link() + " open, too",
                    "checkpoint the processes together, or close it");
        }
        if (d.isDeleted() && attributes(d).messages() > 0) {
            look.refuseForNow(
                    d,
                    "messages in an unlinked message queue",
                    "the kernel gives them out once",
                    "try again when the program has read them");
        }
        if (!text(d).contains(NOBODY)) {
            look.refuse(
                    d,
                    "notification of a message queue (mq_notify)",
                    "the kernel does not show what it brings",
                    "take the registration back");
        }
    }

    private static Attributes attributes(LiveDescriptor d) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment words = arena.allocate(ATTRIBUTES, 8);
            Door.require(
                    Door.call(SYS_mq_getsetattr, d.copy().number(), 0, words.address()), "mq_getsetattr", d.link());
            return new Attributes(words.get(JAVA_LONG, 8), words.get(JAVA_LONG, 16), words.get(JAVA_LONG, 24));
        }
    }

    // QSIZE:129     NOTIFY:2    SIGNO:0    NOTIFY_PID:8260; one open for writing only does not say.
    private static String text(LiveDescriptor d) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(TEXT);
            long length = Door.call(SYS_pread64, d.copy().number(), bytes.address(), TEXT, 0);
            return Door.isError(length)
                    ? NOBODY
                    : new String(Native.copy(bytes, length), StandardCharsets.ISO_8859_1).replace(" ", "") + "\n";
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        Attributes attributes = attributes(d);
        return new PosixQueue(
                id,
                d.info().statusFlags(),
                take.owner(d),
                d.identity(),
                attributes.maxMessages(),
                attributes.messageSize(),
                attributes.messages() == 0);
    }
}
