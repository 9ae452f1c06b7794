package dev.reprise.image.codec.v1;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Cgroups;
import dev.reprise.image.state.DeadProcess;
import dev.reprise.image.state.DeletedFile;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.EnteredNamespace;
import dev.reprise.image.state.Epoll;
import dev.reprise.image.state.EpollMember;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FifoEnd;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Inotify;
import dev.reprise.image.state.InotifyWatch;
import dev.reprise.image.state.IoUring;
import dev.reprise.image.state.IpcNamespace;
import dev.reprise.image.state.MemFd;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.MessageQueue;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.OpenFile;
import dev.reprise.image.state.PacketSocket;
import dev.reprise.image.state.Pipe;
import dev.reprise.image.state.PipeEnd;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.Pseudoterminal;
import dev.reprise.image.state.PseudoterminalEnd;
import dev.reprise.image.state.SeccompFilter;
import dev.reprise.image.state.SemaphoreSet;
import dev.reprise.image.state.SharedMemorySegment;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.SignalHandlers;
import dev.reprise.image.state.Socket;
import dev.reprise.image.state.SocketDetail;
import dev.reprise.image.state.SocketMessage;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.TcpConnection;
import dev.reprise.image.state.Twin;
import dev.reprise.image.state.UnixSocket;
import dev.reprise.image.state.Userfaultfd;
import dev.reprise.image.state.UtsNamespace;
import dev.reprise.image.state.Vma;
import dev.reprise.image.wire.MalformedException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Whether an image hangs together: every reference leads to an object of the right kind, no id twice, mappings in order. */
final class References {
    private final Map<ObjectId, SharedObject> objects = new HashMap<>();
    private final Set<EnteredNamespace.Kind> entered = EnumSet.noneOf(EnteredNamespace.Kind.class);

    private final Set<ObjectId> kept = new HashSet<>();

    private References() {}

    static void check(Image image) throws MalformedException {
        References references = new References();
        for (SharedObject object : image.objects()) {
            if (object.id().equals(ObjectId.NONE) || references.objects.put(object.id(), object) != null) {
                throw new MalformedException("object id " + object.id().value() + " is used twice or is none");
            }
        }
        for (SharedObject object : image.objects()) {
            references.check(object);
        }
        Set<Integer> tids = new HashSet<>();
        for (ProcessState process : image.processes()) {
            references.check(process);
            for (TaskState task : process.tasks()) {
                if (task.tid() <= 0 || !tids.add(task.tid())) {
                    throw new MalformedException("task id " + task.tid() + " is used twice or is none");
                }
            }
        }
        for (DeadProcess zombie : image.zombies()) {
            if (zombie.pid() <= 0 || !tids.add(zombie.pid())) {
                throw new MalformedException("task id " + zombie.pid() + " is used twice or is none");
            }
        }
    }

    private void check(SharedObject object) throws MalformedException {
        switch (object) {
            case AddressSpace space -> {
                mappings(space);
                if (!space.parent().equals(ObjectId.NONE)) {
                    require(space.parent(), AddressSpace.class, "an address space");
                } else if (!space.inherited().isEmpty()) {
                    throw new MalformedException("address space " + space.id().value() + " inherits from none");
                }
            }
            case FdTable table -> {
                for (Descriptor descriptor : table.descriptors()) {
                    require(descriptor.openFile(), OpenFile.class, "descriptor " + descriptor.number());
                }
            }
            case PipeEnd end -> require(end.pipe(), Pipe.class, "a pipe's end");
            case FifoEnd end -> require(end.pipe(), Pipe.class, "a fifo's end");
            case DeletedFile file -> require(file.memory(), MemoryObject.class, "a deleted file");
            case MemFd memFd -> require(memFd.memory(), MemoryObject.class, "a memfd");
            case Inotify inotify -> {
                for (InotifyWatch watch : inotify.watches()) {
                    requireIfAny(watch.file(), OpenFile.class, "an inotify watch");
                }
            }
            case Epoll epoll -> {
                for (EpollMember member : epoll.members()) {
                    // A watched file that no descriptor leads to any more has no object.
                    if (!member.target().equals(ObjectId.NONE)) {
                        require(member.target(), OpenFile.class, "an epoll set");
                    }
                }
            }
            case SeccompFilter filter -> requireIfAny(filter.previous(), SeccompFilter.class, "a seccomp filter");
            case Socket socket -> socket(socket.detail());
            case SharedMemorySegment segment -> {
                require(segment.memory(), MemoryObject.class, "a segment");
                requireIfAny(segment.identity().namespace(), IpcNamespace.class, "a segment");
            }
            case SemaphoreSet set -> requireIfAny(set.identity().namespace(), IpcNamespace.class, "a semaphore set");
            case MessageQueue queue ->
                requireIfAny(queue.identity().namespace(), IpcNamespace.class, "a message queue");
            case PseudoterminalEnd end -> require(end.terminal(), Pseudoterminal.class, "a terminal's end");
            case Userfaultfd faults -> require(faults.space(), AddressSpace.class, "a userfaultfd");
            case OpenFile _, Pipe _, MemoryObject _, FsContext _, SignalHandlers _, Cgroups _ -> {}
            case EnteredNamespace namespace -> {
                if (!entered.add(namespace.kind())) {
                    throw new MalformedException("two namespaces of one kind are entered");
                }
            }
            case Pseudoterminal _, UtsNamespace _, IpcNamespace _ -> {}
            case Twin twin -> {
                require(twin.space(), AddressSpace.class, "a twin");
                if (!kept.add(twin.space())) {
                    throw new MalformedException(
                            "two twins hold address space " + twin.space().value());
                }
            }
        }
    }

    private void socket(SocketDetail detail) throws MalformedException {
        if (detail instanceof UnixSocket unix) {
            requireIfAny(unix.peer(), Socket.class, "a socket");
            for (ObjectId client : unix.pending()) {
                require(client, Socket.class, "a listening socket");
            }
            for (SocketMessage message : unix.unread()) {
                for (ObjectId file : message.files()) {
                    require(file, OpenFile.class, "a message");
                }
            }
        } else if (detail instanceof TcpConnection tcp) {
            requireIfAny(tcp.peer(), Socket.class, "a connection");
        }
    }

    private void check(ProcessState process) throws MalformedException {
        String user = "process " + process.pid();
        require(process.addressSpace(), AddressSpace.class, user);
        require(process.fdTable(), FdTable.class, user);
        require(process.fsContext(), FsContext.class, user);
        require(process.signalHandlers(), SignalHandlers.class, user);
        rings(process);
        requireIfAny(process.modes().utsNamespace(), UtsNamespace.class, user);
        requireIfAny(process.modes().ipcNamespace(), IpcNamespace.class, user);
        for (TaskState task : process.tasks()) {
            requireIfAny(task.modes().seccomp(), SeccompFilter.class, user);
            requireIfAny(task.modes().cgroups(), Cgroups.class, user);
        }
    }

    private void mappings(AddressSpace space) throws MalformedException {
        long end = 0;
        for (Vma vma : space.vmas()) {
            if (Long.compareUnsigned(vma.start(), end) < 0 || ((vma.start() | vma.end()) & 4095) != 0) {
                throw new MalformedException("mappings overlap at 0x" + Long.toHexString(vma.start()));
            }
            end = vma.end();
            if (vma.backing() instanceof Backing.SharedMemory shared) {
                require(shared.memory(), MemoryObject.class, "a mapping");
            }
        }
    }

    private void rings(ProcessState process) throws MalformedException {
        if (objects.get(process.addressSpace()) instanceof AddressSpace space
                && objects.get(process.fdTable()) instanceof FdTable table) {
            for (Vma vma : space.vmas()) {
                if (vma.backing() instanceof Backing.IoUringMemory memory && !isRing(table, memory.descriptor())) {
                    throw new MalformedException("a mapping refers to descriptor " + memory.descriptor()
                            + " of process " + process.pid() + ", which is no io_uring");
                }
                if (vma.backing() instanceof Backing.PacketRing ring && !isPacketRing(table, ring.descriptor())) {
                    throw new MalformedException("a mapping refers to descriptor " + ring.descriptor() + " of process "
                            + process.pid() + ", which is no packet socket with a ring");
                }
            }
        }
    }

    private boolean isRing(FdTable table, int number) {
        return table.descriptors().stream()
                .anyMatch(descriptor ->
                        descriptor.number() == number && objects.get(descriptor.openFile()) instanceof IoUring);
    }

    private boolean isPacketRing(FdTable table, int number) {
        return table.descriptors().stream()
                .anyMatch(descriptor -> descriptor.number() == number
                        && objects.get(descriptor.openFile()) instanceof Socket socket
                        && socket.detail() instanceof PacketSocket packet
                        && packet.hasRing());
    }

    private void requireIfAny(ObjectId id, Class<? extends SharedObject> kind, String user) throws MalformedException {
        if (!id.equals(ObjectId.NONE)) {
            require(id, kind, user);
        }
    }

    private void require(ObjectId id, Class<? extends SharedObject> kind, String user) throws MalformedException {
        if (!kind.isInstance(objects.get(id))) {
            throw new MalformedException(
                    user + " refers to object " + id.value() + ", which is no " + kind.getSimpleName());
        }
    }
}
