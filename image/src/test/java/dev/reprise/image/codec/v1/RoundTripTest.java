package dev.reprise.image.codec.v1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.image.RandomRecords;
import dev.reprise.image.state.DeadProcess;
import dev.reprise.image.state.Machine;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.wire.MessageReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RoundTripTest {
    private static final int ROUNDS = 200;

    static Stream<Class<?>> kinds() {
        List<Class<?>> kinds = new ArrayList<>();
        collect(SharedObject.class, kinds);
        return kinds.stream();
    }

    private static void collect(Class<?> type, List<Class<?>> kinds) {
        if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                collect(permitted, kinds);
            }
        } else {
            kinds.add(type);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyFieldOfASharedObjectSurvives(Class<? extends SharedObject> kind) throws IOException {
        for (int seed = 0; seed < ROUNDS; seed++) {
            SharedObject object = new RandomRecords(seed).make(kind);
            byte[] bytes = SharedObjectCodec.write(object).toByteArray();
            assertThat(SharedObjectCodec.read(SharedObjectCodec.type(object), new MessageReader(bytes)))
                    .as("seed %d", seed)
                    .isEqualTo(object);
        }
    }

    @Test
    void everyFieldOfATaskSurvives() throws IOException {
        for (int seed = 0; seed < ROUNDS; seed++) {
            TaskState task = new RandomRecords(seed).make(TaskState.class);
            byte[] bytes = TaskCodec.write(task).toByteArray();
            assertThat(TaskCodec.read(new MessageReader(bytes)))
                    .as("seed %d", seed)
                    .isEqualTo(task);
        }
    }

    @Test
    void everyFieldOfTheMachineSurvives() throws IOException {
        for (int seed = 0; seed < ROUNDS; seed++) {
            Machine machine = new RandomRecords(seed).make(Machine.class);
            byte[] bytes = MachineCodec.write(machine).toByteArray();
            assertThat(MachineCodec.read(new MessageReader(bytes)))
                    .as("seed %d", seed)
                    .isEqualTo(machine);
        }
    }

    @Test
    void everyFieldOfADeadProcessSurvives() throws IOException {
        for (int seed = 0; seed < ROUNDS; seed++) {
            DeadProcess process = new RandomRecords(seed).make(DeadProcess.class);
            byte[] bytes = DeadProcessCodec.write(process).toByteArray();
            assertThat(DeadProcessCodec.read(new MessageReader(bytes)))
                    .as("seed %d", seed)
                    .isEqualTo(process);
        }
    }

    @Test
    void everyFieldOfAProcessSurvives() throws IOException {
        for (int seed = 0; seed < ROUNDS; seed++) {
            ProcessState process = new RandomRecords(seed).make(ProcessState.class);
            byte[] bytes = ProcessCodec.write(process).toByteArray();
            assertThat(ProcessCodec.read(new MessageReader(bytes), process.tasks()))
                    .as("seed %d", seed)
                    .isEqualTo(process);
        }
    }
}
