package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.Epoll.EPOLLIN;
import static dev.reprise.kernel.Epoll.EPOLLONESHOT;
import static dev.reprise.kernel.Epoll.EPOLLOUT;
import static dev.reprise.kernel.Epoll.EVENT_SIZE;
import static dev.reprise.kernel.Epoll.PRIVATE_BITS;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_epoll_wait;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_read;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.Pipe;
import dev.reprise.image.state.PipeEnd;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.TimerFd;
import dev.reprise.kernel.Fcntl;
import java.util.OptionalInt;

/**
 * Members of epoll sets that have had their one shot (EPOLLONESHOT).
 *
 * <p>The kernel has no call for that state: every epoll_ctl adds EPOLLERR and EPOLLHUP to what is waited for. So the
 * member is added while its file is ready, made so if need be, and epoll_wait fires it. What cannot be made ready (a
 * listening socket, a signalfd) stays armed for errors and hang-ups.
 */
final class EpollDisarm {
    private static final int PAGE_SIZE = 4096;

    private final ProgramBuilder p;
    private final OpenFiles files;
    private final TimerFdRebuild timers;

    EpollDisarm(ProgramBuilder p, OpenFiles files, TimerFdRebuild timers) {
        this.p = p;
        this.files = files;
        this.timers = timers;
    }

    static boolean isSpent(EpollMember member) {
        return (member.events() & EPOLLONESHOT) != 0 && (member.events() & ~PRIVATE_BITS) == 0;
    }

    /** Makes the member's file ready if it can be, and says for which events it is to be added. */
    int prepare(EpollMember member) {
        SharedObject target = files.object(member.target());
        if (target instanceof TimerFd timer) {
            timers.setTicks(timer, 1); // until it is armed
        } else {
            OptionalInt writer = emptyPipeWriter(target);
            if (writer.isPresent()) {
                p.expect(1, SYS_write, Arg.of(writer.getAsInt()), p.bytes(new byte[1]), Arg.of(1));
            }
        }
        return isReady(target) ? member.events() | EPOLLIN | EPOLLOUT : member.events();
    }

    /** Lets the member have its shot, and takes back what {@link #prepare} did. */
    void spend(Epoll set, EpollMember member) {
        p.attempt(SYS_epoll_wait, Arg.of(files.numberOf(set)), p.space(EVENT_SIZE), Arg.of(1), Arg.of(0));
        SharedObject target = files.object(member.target());
        if (emptyPipeWriter(target).isPresent()) {
            p.expect(1, SYS_read, Arg.of(files.numberOf(target.id())), p.space(1), Arg.of(1));
        }
    }

    private boolean isReady(SharedObject target) {
        if (target instanceof Socket socket) {
            return socket.state() != Socket.State.LISTENING;
        } else if (target instanceof PipeEnd || target instanceof FifoEnd) {
            OpenFile end = (OpenFile) target;
            return reads(end) || !isFull(pipeOf(end));
        }
        return target instanceof TimerFd || target instanceof dev.reprise.image.state.EventFd;
    }

    private boolean isFull(Pipe pipe) {
        long slots = 0;
        for (var piece : pipe.unread()) {
            slots += (piece.length() + PAGE_SIZE - 1) / PAGE_SIZE;
        }
        return slots >= pipe.capacity() / PAGE_SIZE;
    }

    // Where a byte for the reader of an empty pipe can be written; without a writer it is at its end, which is ready,
    // too.
    private OptionalInt emptyPipeWriter(SharedObject target) {
        if (!(target instanceof PipeEnd || target instanceof FifoEnd)
                || !reads((OpenFile) target)
                || !pipeOf((OpenFile) target).unread().isEmpty()) {
            return OptionalInt.empty();
        }
        ObjectId pipe = pipeOf((OpenFile) target).id();
        for (OpenFile file : files.endsOf(pipe)) {
            if (writes(file)) {
                return OptionalInt.of(files.numberOf(file));
            }
        }
        return OptionalInt.empty();
    }

    private Pipe pipeOf(OpenFile end) {
        return files.pipe(end instanceof PipeEnd pipeEnd ? pipeEnd.pipe() : ((FifoEnd) end).pipe());
    }

    private static boolean reads(OpenFile end) {
        return (end.flags() & Fcntl.O_ACCMODE) != Fcntl.O_WRONLY;
    }

    private static boolean writes(OpenFile end) {
        return (end.flags() & Fcntl.O_ACCMODE) != Fcntl.O_RDONLY;
    }
}
