package dev.reprise.image.codec.v1;

import dev.reprise.image.BadImageException;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Machine;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.wire.MalformedException;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.UnknownFieldException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts an image's state together from its records, as they come. */
public final class ImageDecoder {
    /** The legacy region and the header. */
    private static final int SMALLEST_XSTATE = 576;

    private @Nullable Machine machine;
    private @Nullable Forest forest;
    private final List<SharedObject> objects = new ArrayList<>();
    private final List<ProcessState> processes = new ArrayList<>();
    private byte @Nullable [] process;
    private final List<TaskState> tasks = new ArrayList<>();

    /** Takes a record of the state; false when the type is not known to this version. */
    public boolean accept(int type, int key, byte[] payload, long position) throws BadImageException {
        try {
            return take(type, key, payload);
        } catch (IOException | IllegalArgumentException | ArithmeticException e) {
            throw answer(e, position);
        }
    }

    /** The state, when all of its records have come. */
    public Image finish(long position) throws BadImageException {
        try {
            endProcess();
            if (forest == null || processes.size() != forest.processes().size()) {
                throw new MalformedException("not every process of the forest is there");
            }
            Image image = new Image(
                    MessageReader.require(machine, "the machine"),
                    objects,
                    processes,
                    forest.zombies(),
                    forest.outsideGroups(),
                    forest.outsideSessions());
            References.check(image);
            return image;
        } catch (IOException | IllegalArgumentException | ArithmeticException e) {
            throw answer(e, position);
        }
    }

    /** The payload of a record with page data. */
    public static Pages pages(byte[] payload, int key, long position) throws BadImageException {
        try {
            Pages pages = PagesCodec.read(new MessageReader(payload));
            requireKey(key, pages.object().value());
            return pages;
        } catch (IOException | IllegalArgumentException | ArithmeticException e) {
            throw answer(e, position);
        }
    }

    private boolean take(int type, int key, byte[] payload) throws IOException {
        MessageReader m = new MessageReader(payload);
        switch (type) {
            case RecordType.MACHINE -> {
                requireOrder(machine == null);
                machine = MachineCodec.read(m);
            }
            case RecordType.FOREST -> {
                requireOrder(machine != null && forest == null);
                forest = Forest.read(m);
            }
            case RecordType.PROCESS -> {
                endProcess();
                process = payload;
            }
            case RecordType.TASK -> {
                requireOrder(process != null);
                TaskState task = TaskCodec.read(m);
                requireKey(key, task.tid());
                tasks.add(task);
            }
            default -> {
                SharedObject object = SharedObjectCodec.read(type, m);
                if (object == null) {
                    return false;
                }
                requireOrder(forest != null && process == null && processes.isEmpty());
                requireKey(key, object.id().value());
                objects.add(object);
            }
        }
        return true;
    }

    private void endProcess() throws IOException {
        if (process == null) {
            return;
        }
        ProcessState state = ProcessCodec.read(new MessageReader(process), tasks);
        process = null;
        tasks.clear();
        Forest known = MessageReader.require(forest, "the forest");
        int i = processes.size();
        if (i >= known.processes().size() || !known.processes().get(i).isOf(state)) {
            throw new MalformedException("process " + state.pid() + " is not where the forest has it");
        }
        requireVectorState(state);
        processes.add(state);
    }

    // A leader that has ended has none.
    private static void requireVectorState(ProcessState state) throws MalformedException {
        for (TaskState task : state.tasks()) {
            boolean hasEnded = task.tid() == state.pid() && state.leaderHasEnded();
            if (!hasEnded && task.xstate().length() < SMALLEST_XSTATE) {
                throw new MalformedException("task " + task.tid() + " has no XSAVE area");
            }
        }
    }

    private static void requireOrder(boolean inOrder) throws MalformedException {
        if (!inOrder) {
            throw new MalformedException("a record is out of order");
        }
    }

    private static void requireKey(int key, int value) throws MalformedException {
        if (key != value) {
            throw new MalformedException("a record is filed under " + key + " but is " + value);
        }
    }

    private static BadImageException answer(Exception e, long position) {
        String what = String.valueOf(e.getMessage());
        return e instanceof UnknownFieldException
                ? new BadImageException.TooNew(what, position)
                : new BadImageException.Corrupt(what, position);
    }
}
