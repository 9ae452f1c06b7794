package dev.reprise.engine.proof;

import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.FileAttributes;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.HungUpTerminal;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.IntervalTimer;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.NamedQueue;
import dev.reprise.image.state.OutsideFile;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.image.state.PosixTimer;
import dev.reprise.image.state.ProcFile;
import dev.reprise.image.state.ProcessFd;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.Registers;
import dev.reprise.image.state.RegularFile;
import dev.reprise.image.state.SocketOption;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.TerminalFile;
import dev.reprise.image.state.TimerFd;
import dev.reprise.kernel.Signal;
import dev.reprise.kernel.x86_64.UserRegs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What may differ between a program and the same program restored and stopped, and why. */
final class Tolerance {
    private static final long SECOND = 1_000_000_000;
    private static final long MICRO = 1_000;

    /** Contents are compared by their checksums: pages of zeros may or may not be there. */
    private static final Set<String> COMPARED_ELSEWHERE =
            Set.of("AddressSpace.runs", "AddressSpace.inherited", "AddressSpace.parent", "MemoryObject.runs");

    /** What somebody else has by now gets a name beside it. */
    private static final String BESIDE = ".reprise";

    private static final String NUMBER = "#\\d+" + Pattern.quote(FileIdentity.DELETED) + "$";

    private static final int SYSCALL_BYTES = 2;
    private static final int SI_CODE = 8;
    private static final int SI_TIMER = -2;

    private final Image first;
    private final long elapsedNanos;

    private Tolerance(Image first, long elapsedNanos) {
        this.first = first;
        this.elapsedNanos = elapsedNanos;
    }

    static Tolerance between(Image first, Image second) {
        return new Tolerance(
                first, second.machine().monotonicNanos() - first.machine().monotonicNanos());
    }

    /** Whether a component may have become what it is. */
    boolean accepts(Record record, String component, @Nullable Object value, @Nullable Object other) {
        String name = record.getClass().getSimpleName() + "." + component;
        if (isOfAName(record, component, value, other) || isOfTime(record, component, value, other)) {
            return true;
        }
        if (record instanceof TaskState task && task.interruption() instanceof Interruption.Sleep) {
            // A second checkpoint knows the rest of a sleep that goes on less well than the first: it may begin anew.
            return component.equals("interruption")
                    || component.equals("registers")
                            && value instanceof Registers one
                            && other instanceof Registers two
                            && isSameCall(one, two);
        }
        if (record instanceof ProcessState process) {
            return component.equals("groupId") && first.outsideGroups().contains(process.groupId())
                    || component.equals("sessionId") && first.outsideSessions().contains(process.sessionId());
        }
        return COMPARED_ELSEWHERE.contains(name);
    }

    // Timers go on while the program stands still.
    private boolean isOfTime(Record record, String component, @Nullable Object value, @Nullable Object other) {
        return switch (record) {
            case TimerFd timer ->
                component.equals("ticks")
                        || component.equals("remainingNanos") && isRest(value, other, timer.intervalNanos(), 1);
            case PosixTimer timer ->
                component.equals("overrun")
                        || component.equals("remainingNanos") && isRest(value, other, timer.intervalNanos(), 1);
            // To map a file is an access.
            case FileAttributes _ -> component.equals("atimeNanos");
            case IntervalTimer timer ->
                component.equals("remainingMicros") && isRest(value, other, timer.intervalMicros(), MICRO);
            default -> false;
        };
    }

    private boolean isRest(@Nullable Object value, @Nullable Object other, long interval, long nanos) {
        return value instanceof Long rest
                && other instanceof Long later
                && (interval != 0 && later <= interval || Math.abs(rest - later) <= (elapsedNanos + SECOND) / nanos);
    }

    // Names that are gone can be given again only beside others', or not at all; what shows them is proved without.
    private static boolean isOfAName(Record record, String component, @Nullable Object value, @Nullable Object other) {
        return switch (record) {
            case RegularFile _ -> component.equals("goneName") && "".equals(other);
            case MemoryObject memory
            when memory.kind() == MemoryObject.Kind.FILE_CONTENTS ->
                component.equals("seals")
                        || component.equals("name") && isSameName(String.valueOf(value), String.valueOf(other));
            case HungUpTerminal _ -> component.equals("path");
            default -> ConnectionTolerance.accepts(record, component, value, other);
        };
    }

    // A file that never had a name (O_TMPFILE) is shown with its number.
    private static boolean isSameName(String name, String other) {
        return other.equals(name.replace(FileIdentity.DELETED, BESIDE + FileIdentity.DELETED))
                || other.replaceAll(NUMBER, "").equals(name.replaceAll(NUMBER, ""));
    }

    // Interrupted, or about to be entered again.
    private static boolean isSameCall(Registers one, Registers two) {
        long[] words = one.words();
        long[] others = two.words();
        boolean isSame = words[UserRegs.RIP] - others[UserRegs.RIP] == 0
                || Math.abs(words[UserRegs.RIP] - others[UserRegs.RIP]) == SYSCALL_BYTES;
        for (int changed : new int[] {UserRegs.RAX, UserRegs.ORIG_RAX, UserRegs.RIP}) {
            others[changed] = words[changed];
        }
        return isSame && Arrays.equals(words, others);
    }

    /** Whether something of the caller's, or nothing, takes its place. */
    boolean isStandIn(Object record) {
        return record instanceof OutsideFile || record instanceof TerminalFile;
    }

    /** Whether what several processes share is opened by each again: its task is not there when they are born. */
    boolean isOpenedByEach(Object record) {
        return record instanceof ProcessFd || record instanceof ProcFile;
    }

    /** A list in the order of another one of its kind; an epoll set's has the order of its members' addresses. */
    List<?> ordered(List<?> list) {
        if (!list.isEmpty() && list.getFirst() instanceof NamedQueue) {
            return list.stream()
                    .map(NamedQueue.class::cast)
                    .sorted(Comparator.comparing(NamedQueue::name))
                    .toList();
        }
        return list.isEmpty() || !(list.getFirst() instanceof EpollMember)
                ? list
                : list.stream()
                        .map(EpollMember.class::cast)
                        .sorted(Comparator.comparingInt(EpollMember::number)
                                .thenComparingLong(EpollMember::data)
                                .thenComparingInt(EpollMember::events))
                        .toList();
    }

    /** A list without what goes when a process is stopped (SIGCONT), and what changes by itself. */
    List<?> expected(List<?> list) {
        return list.stream()
                .filter(one -> !(one instanceof PendingSignal signal && signal.signal() == Signal.SIGCONT))
                .filter(one -> !(one instanceof SocketOption option && ConnectionTolerance.isOfTheMoment(option)))
                .toList();
    }

    /** A list without the signals that have come to it since. */
    List<?> without(List<?> one, List<?> other) {
        if (other.isEmpty() || !(other.getFirst() instanceof PendingSignal)) {
            return expected(other);
        }
        List<Object> known = new ArrayList<>(other);
        List<Object> missing = new ArrayList<>(one);
        known.removeIf(signal -> !missing.remove(signal) && isOfTheKernel((PendingSignal) signal));
        return known;
    }

    // Of a timer, or of a child that has been stopped; what somebody has sent must not come twice.
    private static boolean isOfTheKernel(PendingSignal signal) {
        int code = ByteBuffer.wrap(signal.siginfo().toArray())
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt(SI_CODE);
        return code > 0 || code == SI_TIMER;
    }
}
