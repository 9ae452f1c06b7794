package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.Epoll.EPOLL_CTL_ADD;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_close;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_dup3;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_epoll_create1;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_epoll_ctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_epoll_wait;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_fcntl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.Slot;
import dev.reprise.engine.program.Step;
import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.EpollPolling;
import dev.reprise.image.state.ObjectId;
import dev.reprise.kernel.Fcntl;
import dev.reprise.kernel.Ioctl;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Predicate;

/** epoll sets; their members are added when all descriptors are in place. */
final class EpollRebuild {
    private final ProgramBuilder p;
    private final OpenFiles files;
    private final EpollDisarm disarm;

    EpollRebuild(ProgramBuilder p, OpenFiles files, TimerFdRebuild timers) {
        this.p = p;
        this.files = files;
        this.disarm = new EpollDisarm(p, files, timers);
    }

    void create(Epoll set) {
        files.place(p, p.call(SYS_epoll_create1, 0), set);
        files.setFlags(p, set);
        EpollPolling polling = set.polling();
        if (!polling.equals(EpollPolling.NONE)) {
            // struct epoll_params { u32 busy_poll_usecs; u16 busy_poll_budget; u8 prefer_busy_poll, pad; }
            int rest = polling.budget() | (polling.isPreferred() ? 1 << 16 : 0);
            p.call(SYS_ioctl, Arg.of(files.numberOf(set)), Arg.of(Ioctl.EPIOCSPARAMS), p.ints(polling.micros(), rest))
                    .about("busy polling of epoll set " + files.numberOf(set));
        }
    }

    /**
     * Members that have had their one shot come first: nobody else must be ready while they have it. Then those that have been told of: they
     * are told of once, to us.
     */
    void addMembers(Epoll set, Predicate<EpollMember> which) {
        for (EpollMember member : set.members()) {
            if (which.test(member) && EpollDisarm.isSpent(member)) {
                add(set, member, disarm.prepare(member));
                disarm.spend(set, member);
            }
        }
        int reported = 0;
        for (EpollMember member : set.members()) {
            if (which.test(member) && isReported(member)) {
                add(set, member, member.events());
                reported++;
            }
        }
        if (reported > 0) {
            Slot events = p.space((long) dev.reprise.kernel.Epoll.EVENT_SIZE * reported);
            p.attempt(SYS_epoll_wait, Arg.of(files.numberOf(set)), events, Arg.of(reported), Arg.of(0));
        }
        for (EpollMember member : set.members()) {
            if (which.test(member) && !EpollDisarm.isSpent(member) && !isReported(member)) {
                add(set, member, member.events());
            }
        }
    }

    private static boolean isReported(EpollMember member) {
        return member.isReported() && !EpollDisarm.isSpent(member);
    }

    // The number that a member was added under stays part of it; it may lead elsewhere by now, or nowhere.
    private void add(Epoll set, EpollMember member, int events) {
        int number = member.number();
        ObjectId there = files.at(number);
        if (there.equals(member.target())) {
            control(set, number, events, member.data());
            return;
        }
        Step saved =
                there.equals(ObjectId.NONE) ? null : p.call(SYS_fcntl, number, Fcntl.F_DUPFD_CLOEXEC, files.above());
        p.call(SYS_dup3, files.numberOf(member.target()), number, Fcntl.O_CLOEXEC)
                .about("descriptor " + number + " for an epoll set");
        control(set, number, events, member.data());
        if (saved == null) {
            p.call(SYS_close, number);
        } else {
            p.call(SYS_dup3, saved, Arg.of(number), Arg.of(files.closesOnExec(number) ? Fcntl.O_CLOEXEC : 0));
            p.call(SYS_close, saved);
        }
    }

    private void control(Epoll set, int number, int events, long data) {
        byte[] event = ByteBuffer.allocate(dev.reprise.kernel.Epoll.EVENT_SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(events)
                .putLong(data)
                .array();
        p.call(SYS_epoll_ctl, Arg.of(files.numberOf(set)), Arg.of(EPOLL_CTL_ADD), Arg.of(number), p.bytes(event))
                .about("descriptor " + number + " in epoll set " + files.numberOf(set));
    }
}
