package dev.reprise.engine.capture;

import dev.reprise.engine.model.Refusal;
import dev.reprise.engine.tracee.IpcResidences;
import dev.reprise.image.state.IpcLimit;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.Fd;
import dev.reprise.kernel.IpcResidence;
import dev.reprise.kernel.Kcmp;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.SysvIpc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is in the way of saving IPC namespaces that are not the tool's: before the freeze, and again in it. */
final class IpcNamespaceLook {
    private static final String NAMESPACE = "ipc namespace";

    private final ProcessSet set;
    private final Sharing memory;
    private final boolean frozen;
    private final List<Refusal> refusals = new ArrayList<>(0);

    private IpcNamespaceLook(ProcessSet set, Sharing memory, boolean frozen) {
        this.set = set;
        this.memory = memory;
        this.frozen = frozen;
    }

    /** Of all of a set; {@code frozen}: nothing of it changes any more, and we are not in it yet. */
    static List<Refusal> of(ProcessSet set, Sharing memory, boolean frozen) throws KernelException {
        IpcNamespaceLook look = new IpcNamespaceLook(set, memory, frozen);
        try (IpcResidences residences = new IpcResidences()) {
            Map<IpcResidence, List<Member>> inside = new LinkedHashMap<>();
            for (Member member : set.members()) {
                look.unlessGone(() -> inside.computeIfAbsent(residences.of(member.tid()), _ -> new ArrayList<>())
                        .add(member));
            }
            if (!residences.foreign().isEmpty()) {
                look.refusals.addAll(IpcOutsiders.of(set, residences.foreign()));
                look.sharers(Sharing.of(Kcmp.FILES, set.members()), "a descriptor table", residences);
                look.sharers(memory, "memory", residences);
            }
            for (Map.Entry<IpcResidence, List<Member>> one : inside.entrySet()) {
                if (one.getKey().isForeign()) {
                    look.enter(one.getKey(), one.getValue());
                }
            }
        }
        return look.refusals;
    }

    @FunctionalInterface
    private interface Step {
        void take() throws KernelException;
    }

    private void unlessGone(Step step) throws KernelException {
        try {
            step.take();
        } catch (KernelException ended) {
            Gone.requireGone(ended);
        }
    }

    // One of them would attach segments and open queues for all: in its own namespace.
    private void sharers(Sharing sharing, String what, IpcResidences residences) throws KernelException {
        for (Member member : set.members()) {
            Member first = sharing.firstOf(member);
            if (first.pid() != member.pid()) {
                unlessGone(() -> {
                    if (!residences
                            .of(first.tid())
                            .name()
                            .equals(residences.of(member.tid()).name())) {
                        refuse(member.text(), "it shares " + what + " with " + first.text() + ", which is in another");
                    }
                });
            }
        }
    }

    private void enter(IpcResidence residence, List<Member> members) throws KernelException {
        try (IpcResidence.Stay _ = residence.enter()) {
            String awaited = IpcSettings.awaitedId();
            if (!awaited.isEmpty()) {
                refuse(residence.name(), awaited + " is set: the next id would be ours instead of the program's");
            }
            segments(residence, members);
            messages();
            queues(residence);
        } catch (KernelException failed) {
            if (!failed.call().equals("setns") || failed.errno() != Errno.EPERM) {
                throw failed;
            }
            refusals.add(new Refusal(
                    NAMESPACE,
                    members.getFirst().text(),
                    "it is not the tool's, and the tool may not enter it",
                    "run the tool as root"));
        }
    }

    private void segments(IpcResidence residence, List<Member> members) throws KernelException {
        List<SysvIpc.Entry> segments = SysvIpc.shm();
        for (Refusal difference : new Attachments(memory, members).differences(segments, residence.name())) {
            // Who is being born or ends, attaches or detaches, makes the sums wrong for a moment.
            refusals.add(frozen ? difference : difference.thatPasses());
        }
        boolean unattached = segments.stream().anyMatch(segment -> segment.number("nattch") == 0);
        if (unattached && IpcSettings.here(IpcLimit.REMOVAL_FORCED) != 0) {
            refuse(
                    residence.name(),
                    "it has System V shared memory that nobody has attached, which goes as soon as somebody has read it"
                            + " (kernel.shm_rmid_forced)");
        }
        String full = new SegmentRoom(memory).missing(members, segments);
        if (!full.isEmpty()) {
            refuse(residence.name(), "it has no room for what the tool needs itself: " + full + " is too low");
        }
    }

    private void messages() throws KernelException {
        long longest = IpcSettings.here(IpcLimit.MESSAGE_BYTES);
        for (SysvIpc.Entry queue : SysvIpc.msg()) {
            if (queue.field("cbytes") > longest) {
                try {
                    IpcCapture.messages(queue);
                } catch (CannotCapture refused) {
                    refusals.addAll(refused.refusals());
                } catch (KernelException removed) {
                    if (removed.errno() != Errno.EIDRM) {
                        throw removed;
                    }
                }
            }
        }
    }

    private void queues(IpcResidence residence) throws KernelException {
        try (PosixQueueDirectory directory = PosixQueueDirectory.here()) {
            if (directory != null) {
                for (String name : directory.names()) {
                    unlessGone(() -> queue(directory, name, residence));
                }
            }
        }
    }

    private void queue(PosixQueueDirectory directory, String name, IpcResidence residence) throws KernelException {
        try (Fd queue = directory.open(name)) {
            PosixQueueStatus status = PosixQueueStatus.of(queue, name);
            String where = "/" + name + " in " + residence.name();
            if (status.isWatched()) {
                refusals.add(new Refusal(
                        "notification of a message queue (mq_notify)",
                        where,
                        "it is not saved of a queue in an ipc namespace of the program's own",
                        "take the registration back"));
            }
        }
    }

    private void refuse(String where, String reason) {
        refusals.add(new Refusal(NAMESPACE, where, reason, ""));
    }
}
