package dev.reprise.engine.capture;

import static dev.reprise.kernel.Fanotify.FAN_CLASS_CONTENT;
import static dev.reprise.kernel.Fanotify.FAN_CLASS_PRE_CONTENT;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.reprise.image.state.Fanotify;
import dev.reprise.image.state.FanotifyMark;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.kernel.Capability;
import dev.reprise.kernel.Door;
import dev.reprise.kernel.Ioctl;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.ProcStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Groups of fanotify_init(2) that nothing waits in, from fdinfo ({@link FanotifyLines}). */
final class FanotifyCapture implements OpenFileCapture {
    @Override
    public boolean recognizes(LiveDescriptor d) {
        return d.link().equals("anon_inode:[fanotify]");
    }

    @Override
    public void look(LiveDescriptor d, DescriptorLook look) throws KernelException {
        look.requireOwn(d, "fanotify group");
        FanotifyLines lines = FanotifyLines.of(d.info().lines());
        if ((lines.groupFlags() & (FAN_CLASS_CONTENT | FAN_CLASS_PRE_CONTENT)) != 0) {
            look.refuse(
                    d,
                    "fanotify permission group",
                    "it may owe an answer to somebody who waits to open a file, and the kernel does not tell",
                    "close it");
        } else if ((lines.groupFlags() & ~dev.reprise.kernel.Fanotify.INIT_FLAGS) != 0) {
            look.refuse(
                    d,
                    "fanotify group of an unknown kind",
                    "its flags are " + Integer.toHexString(lines.groupFlags()) + " (hexadecimal)",
                    "close it");
        }
        if (!isPrivileged(d.pid())) {
            look.refuse(
                    d,
                    "fanotify group without privilege",
                    "made anew by a restore it would tell more than it may: the kernel does not tell who made it",
                    "keep CAP_SYS_ADMIN, or use inotify");
        }
        if (!Proc.link("/proc/" + d.pid() + "/root").equals("/")) {
            look.refuse(d, "fanotify group in another root directory", "the marked paths are not seen from there", "");
        }
        if (hasUnread(d)) {
            look.refuseForNow(
                    d,
                    "unread fanotify events",
                    "the kernel gives them out once and takes none back",
                    "try again when the program has read them");
        }
        marks(d, lines, look);
    }

    private static void marks(LiveDescriptor d, FanotifyLines lines, DescriptorLook look) throws KernelException {
        for (String line : lines.marks()) {
            if (FanotifyLines.mark(d.pid(), line).path().isEmpty()) {
                look.refuse(
                        d,
                        "fanotify mark without a path",
                        "what it is on has no name that can be found: " + line,
                        "mark it anew by a name that lasts");
            }
        }
    }

    // Without CAP_SYS_ADMIN a group has a kernel flag that fdinfo does not show: its events hide other processes' ids.
    private static boolean isPrivileged(int pid) throws KernelException {
        return (ProcStatus.of(pid, pid).capabilities("Eff") & 1L << Capability.CAP_SYS_ADMIN) != 0;
    }

    private static boolean hasUnread(LiveDescriptor d) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(JAVA_INT);
            Door.require(Door.call(SYS_ioctl, d.copy().number(), Ioctl.FIONREAD, bytes.address()), "ioctl", "FIONREAD");
            return bytes.get(JAVA_INT, 0) != 0;
        }
    }

    @Override
    public OpenFile take(LiveDescriptor d, ObjectId id, DescriptorTake take) throws KernelException {
        FanotifyLines lines = FanotifyLines.of(d.info().lines());
        List<FanotifyMark> marks = new ArrayList<>();
        for (String line : lines.marks().reversed()) { // the kernel shows the newest first
            marks.add(FanotifyLines.mark(d.pid(), line));
        }
        return new Fanotify(id, d.info().statusFlags(), take.owner(d), lines.groupFlags(), lines.eventFlags(), marks);
    }
}
