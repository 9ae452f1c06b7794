package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.model.After;
import dev.reprise.engine.model.CheckpointException;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.kernel.Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Checkpoints of the same program, one after the other, in each of which something happens to it before one of our calls. */
final class PhaseRounds implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long LIMIT_MILLIS = 30_000;
    static final String UNCLEAR = "(?s).*(\n|Exception|(?<!/)null|java\\.|dev\\.reprise).*";
    private static final int WARM_UP = 2;

    private final FaultMode mode;
    private final Path scratch;
    private final Path images;
    private PhaseTarget target;
    private OwnTraces clean;
    private int started;

    PhaseRounds(FaultMode mode, Path scratch) throws Exception {
        this.mode = mode;
        this.scratch = scratch;
        images = Files.createDirectory(scratch.resolve("images"));
        begin();
    }

    private void begin() throws Exception {
        target = PhaseTarget.start(Files.createDirectory(scratch.resolve("target." + ++started)));
        for (int i = 0; i < WARM_UP; i++) {
            mode.checkpoint(target.pid(), images);
            settle();
        }
        clean = OwnTraces.of(images);
    }

    /** The calls of a checkpoint. */
    int calls() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Faults.follow((_, isRemote) -> isRemote ? Faults.NONE : count(calls));
        try {
            mode.checkpoint(target.pid(), images);
        } finally {
            Faults.end();
        }
        settle();
        return calls.get();
    }

    private static long count(AtomicInteger calls) {
        calls.incrementAndGet();
        return Faults.NONE;
    }

    /** One with an event; whether there was an image. */
    boolean round(PhaseEvent event, int call) throws Exception {
        event.prepare(target);
        String end = checkpoint(event, call);
        boolean isComplete = end.isEmpty();
        if (isComplete) {
            mode.read(images);
        } else {
            assertThat(end).as("the line").isNotBlank().doesNotMatch(UNCLEAR);
        }
        if (event == PhaseEvent.KILLED) {
            isDead(isComplete, end);
        } else {
            livesOn(event, isComplete);
        }
        return isComplete;
    }

    // "" for a success, else the line.
    private String checkpoint(PhaseEvent event, int call) throws IOException, InterruptedException {
        String[] end = {"it has not ended"};
        At at = new At(call, event);
        Thread thread = Thread.ofPlatform().name("operation").start(() -> {
            Faults.follow(at);
            try {
                mode.checkpoint(target.pid(), images);
                end[0] = "";
            } catch (CheckpointException failed) {
                end[0] = String.valueOf(failed.getMessage());
            } catch (Exception | Error raw) {
                end[0] = "raw " + FaultRounds.stack(raw);
            } finally {
                Faults.end();
            }
        });
        thread.join(LIMIT_MILLIS);
        if (thread.isAlive()) {
            String state = describe();
            Tasks.kill(target.pid(), Tasks.SIGKILL);
            thread.join(LIMIT_MILLIS);
            throw new AssertionError("it hangs: " + state);
        }
        if (at.calls.get() < call) {
            event.happen(target); // this time fewer calls were needed
        }
        return end[0];
    }

    private String describe() {
        StringBuilder text = new StringBuilder(Tasks.describe(target.pid()));
        Thread.getAllStackTraces().forEach((thread, frames) -> {
            if (thread.getName().matches("operation|tracer")) {
                text.append(thread.getName())
                        .append(' ')
                        .append(Arrays.stream(frames)
                                .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
                                .limit(25)
                                .toList())
                        .append('\n');
            }
        });
        return text.toString();
    }

    // The event may need calls of the door itself.
    private final class At implements Faults.Plan {
        private final AtomicInteger calls = new AtomicInteger();
        private final int call;
        private final PhaseEvent event;

        At(int call, PhaseEvent event) {
            this.call = call;
            this.event = event;
        }

        @Override
        public long fate(int number, boolean isRemote) {
            if (!isRemote && calls.incrementAndGet() == call) {
                try {
                    event.happen(target);
                } catch (IOException | InterruptedException impossible) {
                    throw new AssertionError(impossible);
                }
            }
            return Faults.NONE;
        }
    }

    // What it was when the image was taken goes on; without an image nothing of it is there.
    private void isDead(boolean isComplete, String end) throws Exception {
        try {
            Tasks.awaitEnd(target.pid(), PATIENCE);
        } catch (AssertionError remains) {
            throw new AssertionError(remains.getMessage() + "\n" + describe(), remains);
        }
        if (isComplete) {
            Library.restore(mode.image(images), RestoreOptions.DEFAULT.asDetached());
            target.awaitRounds();
            goesOn();
            return;
        }
        List<Integer> others =
                clean.children().stream().filter(child -> child != target.pid()).toList();
        leavesOnly(others, end);
        mode.forget(images);
        begin();
    }

    private void leavesOnly(List<Integer> children, String end) throws IOException, InterruptedException {
        OwnTraces dead = new OwnTraces(clean.descriptors(), clean.segments(), clean.threads(), children, clean.files());
        assertThat(dead.lasting(images, PATIENCE)).as(end).isEmpty();
    }

    private void livesOn(PhaseEvent event, boolean isComplete) throws Exception {
        if (isComplete) {
            settle();
        }
        if (isComplete && mode.after() == After.KILL) {
            target.forgetSignals(); // it may have come when the image had been taken, and died with the program
        }
        LeftAlone.require(target.pid());
        target.awaitFollowed();
        target.awaitRounds();
        event.settle(target);
        goesOn();
    }

    private void goesOn() throws Exception {
        LeftAlone.require(target.pid());
        assertThat(target.status().wrong()).as("what the program found wrong").isZero();
        leavesOnly(clean.children(), "");
        try {
            mode.checkpoint(target.pid(), images);
        } catch (CheckpointException failed) {
            throw new AssertionError("the next checkpoint: " + failed.reason(), failed);
        }
        settle();
        target.awaitRounds();
    }

    private void settle() throws IOException, InterruptedException {
        if (mode.after() == After.KILL) {
            awaitEndOfAll();
            Library.restore(mode.image(images), RestoreOptions.DEFAULT.asDetached());
        } else if (mode.after() == After.STOP) {
            Tasks.family(target.pid()).forEach(one -> Tasks.kill(one, Tasks.SIGCONT));
        }
    }

    // The program leads a session; its children are ours when it has ended.
    private void awaitEndOfAll() throws IOException, InterruptedException {
        int session = target.pid();
        Tasks.awaitEnd(session, PATIENCE);
        RealProgram.await("the end of its children", () -> {
            Tasks.reap(Set.of(session));
            return !Tasks.sessions(List.copyOf(Tasks.children())).contains(session);
        });
    }

    @Override
    public void close() throws IOException {
        target.close();
        mode.forget(images);
    }
}
