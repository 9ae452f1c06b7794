package dev.reprise.engine.rebuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.MmFields;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.Mman;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MappingPlanTest {
    private static final Backing ANONYMOUS = new Backing.Anonymous("");

    @Test
    void mappingsThatWouldMeltTogetherAreKeptApartByTurns() {
        List<MappingPlan> plans = MappingPlan.of(space(
                List.of(
                        vma(0x1000, 0x2000, 3),
                        vma(0x2000, 0x3000, 3),
                        vma(0x3000, 0x4000, 3),
                        vma(0x4000, 0x5000, 1),
                        vma(0x6000, 0x7000, 1)),
                List.of()));

        assertThat(plans).extracting(MappingPlan::isTwin).containsExactly(false, true, false, false, false);
    }

    @Test
    void pagesAreFoundInTheirMappings() {
        List<MappingPlan> plans = MappingPlan.of(space(
                List.of(vma(0x1000, 0x4000, 1), vma(0x4000, 0x5000, 1), vma(0x5000, 0x8000, 1)),
                List.of(new PageRun(0x2000, 1), new PageRun(0x3000, 1), new PageRun(0x7000, 1))));

        assertThat(plans).extracting(MappingPlan::firstPage).containsExactly(0x2000L, 0L, 0x7000L);
        assertThat(plans).extracting(MappingPlan::loadingProtection).containsExactly(3, 1, 3);
    }

    @Test
    void memoryThatWasOnceWritableIsMadeWritableSoThatItIsAccountedFor() {
        Vma once = new Vma(0x1000, 0x2000, 0, false, 0, ANONYMOUS, Set.of(VmFlag.ACCOUNTABLE));

        assertThat(MappingPlan.of(space(List.of(once), List.of())).getFirst().loadingProtection())
                .isEqualTo(3);
    }

    @Test
    void droppableMemoryBringsItsOwnFlags() {
        Vma droppable = new Vma(0x1000, 0x2000, 3, false, 0, ANONYMOUS, Set.of(VmFlag.DROPPABLE, VmFlag.NO_RESERVE));

        assertThat(MappingPlan.of(space(List.of(droppable), List.of()))
                        .getFirst()
                        .mapFlags())
                .isEqualTo(Mman.MAP_DROPPABLE);
    }

    private static Vma vma(long start, long end, int protection) {
        return new Vma(start, end, protection, false, 0, ANONYMOUS, Set.of());
    }

    static AddressSpace space(List<Vma> vmas, List<PageRun> runs) {
        FileIdentity executable = new FileIdentity("/bin/true", 0, 0, 0, 0, 0, "");
        MmFields fields = new MmFields(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        return new AddressSpace(
                new ObjectId(1),
                fields,
                Bytes.empty(),
                executable,
                vmas,
                runs,
                ObjectId.NONE,
                List.of(),
                List.of(),
                1,
                0,
                0x33,
                0);
    }
}
