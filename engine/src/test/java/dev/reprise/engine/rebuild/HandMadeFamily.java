package dev.reprise.engine.rebuild;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.DeadProcess;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.Registers;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.SignalHandlers;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Signal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Several processes of the kind of {@link HandMade}: each pauses for ever unless it is given other code. */
final class HandMadeFamily {
    private static final String PAUSE = "b822000000 0f05 ebf7";

    private final Path directory;
    private final List<SharedObject> objects = new ArrayList<>();
    private final Map<Integer, Person> people = new HashMap<>();
    private final List<Person> order = new ArrayList<>();
    private final List<DeadProcess> zombies = new ArrayList<>();
    private final List<Integer> outside = new ArrayList<>();
    private String code = PAUSE;

    HandMadeFamily(Path directory) {
        this.directory = directory;
    }

    /** A process while it is described. */
    final class Person {
        private final int pid;
        private final int parent;
        private int group;
        private int session;
        private int parentTid;
        private int exitSignal = Signal.SIGCHLD;
        private int leaderStatus = ProcessState.ALIVE;
        private long at;
        private boolean stopped;
        private boolean subreaper;
        private final List<Integer> inner = new ArrayList<>();
        private final List<Integer> threads = new ArrayList<>();
        private final List<Descriptor> descriptors = new ArrayList<>();
        private final List<Vma> mappings = new ArrayList<>();
        private final List<PendingSignal> pending = new ArrayList<>();
        private int sharedWith;

        private Person(int pid, int parent) {
            this.pid = pid;
            this.parent = parent;
            parentTid = parent;
            group = parent == 0 ? pid : people.get(parent).group;
            session = parent == 0 ? pid : people.get(parent).session;
        }

        Person group(int id) {
            group = id;
            return this;
        }

        Person session(int id) {
            session = id;
            return this;
        }

        Person parentTid(int tid) {
            parentTid = tid;
            return this;
        }

        Person exitSignal(int signal) {
            exitSignal = signal;
            return this;
        }

        Person leaderHasEnded(int status) {
            leaderStatus = status;
            return this;
        }

        Person at(long offset) {
            at = offset;
            return this;
        }

        Person stopped() {
            stopped = true;
            return this;
        }

        Person subreaper() {
            subreaper = true;
            return this;
        }

        Person inner(int... ids) {
            for (int id : ids) {
                inner.add(id);
            }
            return this;
        }

        Person thread(int tid) {
            threads.add(tid);
            return this;
        }

        Person descriptor(int number, ObjectId file) {
            descriptors.add(new Descriptor(number, false, file));
            return this;
        }

        Person mapping(Vma vma) {
            mappings.add(vma);
            return this;
        }

        Person pending(PendingSignal signal) {
            pending.add(signal);
            return this;
        }

        /** It has the address space and all tables of another one. */
        Person sharing(int other) {
            sharedWith = other;
            return this;
        }
    }

    HandMadeFamily code(String hex) {
        code = hex;
        return this;
    }

    Person process(int pid, int parent) {
        Person person = new Person(pid, parent);
        people.put(pid, person);
        order.add(person);
        return person;
    }

    HandMadeFamily zombie(int pid, int parent, int group, int session, int waitStatus) {
        zombies.add(new DeadProcess(
                pid,
                List.of(),
                parent,
                parent,
                group,
                session,
                Signal.SIGCHLD,
                waitStatus,
                Bytes.of((byte) 'z'),
                65534,
                65534));
        return this;
    }

    HandMadeFamily outside(int id) {
        outside.add(id);
        return this;
    }

    /** An object that processes have in common, under the next id. */
    ObjectId nextId() {
        return new ObjectId(objects.size() + 1);
    }

    ObjectId add(SharedObject object) {
        objects.add(object);
        return object.id();
    }

    Image image() throws Exception {
        Image template = new HandMade(directory, order.getFirst().pid)
                .code(code)
                .task(order.getFirst().pid, new Interruption.None(), 0)
                .image();
        Map<Integer, ProcessState> made = new HashMap<>();
        List<ProcessState> processes = new ArrayList<>();
        for (Person person : order) {
            ProcessState process = process(template, person, made.get(person.sharedWith));
            made.put(person.pid, process);
            processes.add(process);
        }
        return new Image(template.machine(), objects, processes, zombies, outside, outside);
    }

    private ProcessState process(Image template, Person person, @org.jspecify.annotations.Nullable ProcessState shared)
            throws Exception {
        ProcessState one = template.processes().getFirst();
        AddressSpace space = template.object(one.addressSpace(), AddressSpace.class);
        HandMade tasks = new HandMade(directory, person.pid);
        tasks.task(person.pid, new Interruption.None(), person.at);
        person.threads.forEach(tid -> tasks.task(tid, new Interruption.None(), 0));
        List<TaskState> all = new ArrayList<>();
        for (TaskState task : tasks.image().processes().getFirst().tasks()) {
            boolean ended = task.tid() == person.pid && person.leaderStatus != ProcessState.ALIVE;
            all.add(inner(
                    task,
                    task.tid() == person.pid ? person.inner : List.of(),
                    ended ? Registers.of(new long[Registers.WORDS]) : task.registers()));
        }
        return new ProcessState(
                person.pid,
                person.parent,
                person.group,
                person.session,
                person.parentTid,
                person.exitSignal,
                person.leaderStatus,
                shared != null ? shared.addressSpace() : add(copy(space, person)),
                shared != null ? shared.fdTable() : add(new FdTable(nextId(), person.descriptors, List.of())),
                shared != null ? shared.fsContext() : add(new FsContext(nextId(), "/", "/", 022)),
                shared != null ? shared.signalHandlers() : add(new SignalHandlers(nextId(), List.of())),
                person.pending,
                List.of(),
                List.of(),
                List.of(),
                0,
                person.subreaper,
                person.stopped,
                all);
    }

    private static TaskState inner(TaskState t, List<Integer> inner, Registers registers) {
        return new TaskState(
                t.tid(),
                inner,
                t.name(),
                registers,
                t.xstate(),
                t.interruption(),
                t.signalMask(),
                t.pendingSignals(),
                t.signalStack(),
                t.robustList(),
                t.rseq(),
                t.clearChildTid(),
                t.credentials(),
                t.scheduling(),
                t.parentDeathSignal(),
                t.personality(),
                t.modes());
    }

    private AddressSpace copy(AddressSpace s, Person person) {
        List<Vma> vmas = new ArrayList<>(s.vmas());
        vmas.addAll(2, person.mappings);
        return new AddressSpace(
                nextId(),
                s.fields(),
                s.auxv(),
                s.executable(),
                vmas,
                s.runs(),
                s.parent(),
                s.inherited(),
                s.guards(),
                s.dumpable(),
                s.thpDisabled(),
                s.coredumpFilter(),
                s.lockFlags());
    }
}
