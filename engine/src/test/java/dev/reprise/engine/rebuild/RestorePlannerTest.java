package dev.reprise.engine.rebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.model.PageBatch;
import dev.reprise.engine.model.RestoreOptions;
import dev.reprise.engine.program.Program;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.kernel.TimeNamespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plan of a restore is a pure function: nothing here needs a privilege. */
class RestorePlannerTest {
    private static final ClockRebuild.Here HERE = new ClockRebuild.Here("another boot", 5, 5, TimeNamespace.NONE);
    private static final LocalVdso VDSO = new LocalVdso(Bytes.empty(), 0);
    private static final Interruption NONE = new Interruption.None();
    private static final PageBatch PAGES =
            new PageBatch(new ObjectId(1), List.of(new PageRun(HandMade.STACK, 1)), 4096);

    @TempDir
    Path directory;

    @Test
    void theSameImageMakesTheSamePlan() throws Exception {
        Image image = image(3);

        assertThat(digest(plan(image, RestoreOptions.DEFAULT))).isEqualTo(digest(plan(image, RestoreOptions.DEFAULT)));
    }

    @Test
    void threadsAreClonedBehindAllThatTheyShareAndBeforeHelpers() throws Exception {
        List<String> steps = steps(plan(image(2), RestoreOptions.DEFAULT).births());

        assertThat(steps)
                .containsSubsequence("clone3 of thread 4001", "clone3 of thread 4002")
                .doesNotContain("thread 4000");
        assertThat(indexOf(steps, "a thread that loads memory")).isGreaterThan(indexOf(steps, "thread 4002"));
    }

    @Test
    void everyTaskHasAProgramOfItsOwnAndTheLeadersIsTheLast() throws Exception {
        RestorePlan plan = plan(image(2), RestoreOptions.DEFAULT);

        assertThat(plan.root().threads()).hasSize(2);
        assertThat(plan.controls()).isEqualTo(4);
        assertThat(plan.root().helpers()).isEqualTo(1);
        assertThat(steps(plan.root().last()).getLast()).startsWith("END");
    }

    @Test
    void anotherBootTakesATimeNamespaceBeforeAllElse() throws Exception {
        assertThat(steps(plan(image(0), RestoreOptions.DEFAULT).births()).getFirst())
                .isEqualTo("unshare of a time namespace");
    }

    @Test
    void neitherSeedNorSegmentTouchesTheProgramsMappings() throws Exception {
        Image image = image(0);
        RestorePlan plan = plan(image, RestoreOptions.DEFAULT);

        AddressSpace space = image.object(new ObjectId(1), AddressSpace.class);
        assertThat(plan.seedAddress()).isLessThan(plan.segmentAddress());
        assertThat(space.vmas())
                .noneMatch(vma ->
                        vma.start() < plan.segmentAddress() + plan.programBytes() && plan.seedAddress() < vma.end());
    }

    @Test
    void aDetachedProgramGetsASessionOfItsOwn() throws Exception {
        assertThat(steps(plan(image(0), RestoreOptions.DEFAULT.asDetached()).births()))
                .anyMatch(step -> step.startsWith("setsid"));
    }

    private Image image(int threads) throws Exception {
        HandMade program = new HandMade(directory, 4000).code("0f05").task(4000, NONE, 0);
        for (int i = 1; i <= threads; i++) {
            program.task(4000 + i, NONE, 0);
        }
        return program.image();
    }

    private static RestorePlan plan(Image image, RestoreOptions options) throws Exception {
        return new RestorePlanner(image, options, HERE, VDSO, false)
                .plan("/image", LazySplit.none(List.of(PAGES, PAGES, PAGES, PAGES)), 4);
    }

    private static List<String> steps(Program program) {
        List<String> steps = new ArrayList<>();
        for (int i = 0; i < program.entryCount(); i++) {
            steps.add(program.describe(i));
        }
        return steps;
    }

    private static int indexOf(List<String> steps, String part) {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).contains(part)) {
                return i;
            }
        }
        return -1;
    }

    private static int digest(RestorePlan plan) {
        List<Bytes> bytes = new ArrayList<>();
        for (Program program :
                List.of(plan.births(), plan.root().attributes(), plan.root().last())) {
            bytes.add(Bytes.of(program.encode(plan.segmentAddress())));
        }
        return bytes.hashCode();
    }
}
