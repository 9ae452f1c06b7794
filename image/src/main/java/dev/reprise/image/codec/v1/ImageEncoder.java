package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Image;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.wire.MalformedException;

/** A checkpoint's state as the payloads of records, in the order of the stream. */
public final class ImageEncoder {
    private ImageEncoder() {}

    /** Takes the records one after the other. */
    public interface Output {
        /** One record; {@code key} is the object's id, the pid or the tid, or 0. */
        void record(int type, int key, byte[] payload);
    }

    /** Gives every record of an image's state to {@code output}; refuses an image that no reader would take. */
    public static void encode(Image image, Output output) {
        try {
            References.check(image);
        } catch (MalformedException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        output.record(RecordType.MACHINE, 0, MachineCodec.write(image.machine()).toByteArray());
        output.record(RecordType.FOREST, 0, Forest.of(image).write().toByteArray());
        for (SharedObject object : image.objects()) {
            output.record(
                    SharedObjectCodec.type(object),
                    object.id().value(),
                    SharedObjectCodec.write(object).toByteArray());
        }
        for (ProcessState process : image.processes()) {
            output.record(
                    RecordType.PROCESS,
                    process.pid(),
                    ProcessCodec.write(process).toByteArray());
            for (TaskState task : process.tasks()) {
                output.record(RecordType.TASK, task.tid(), TaskCodec.write(task).toByteArray());
            }
        }
    }
}
