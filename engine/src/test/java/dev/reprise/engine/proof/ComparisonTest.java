package dev.reprise.engine.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.engine.model.Host;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.PageSource;
import dev.reprise.engine.transport.Images;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.IpcIdentity;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.SharedObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A comparison finds whatever differs, but for what stands here. */
class ComparisonTest {
    private static final Path GOLDEN = Path.of("../image/src/test/resources/golden/v1/sample.image");

    private static final Set<String> TOLERATED = Set.of(
            // by their contents
            "AddressSpace.inherited shorter",
            "AddressSpace.parent",
            "AddressSpace.runs shorter",
            "MemoryObject.runs shorter",
            // notes on files, which a restore checks itself
            "FileIdentity.atimeNanos",
            "FileIdentity.buildId",
            "FileIdentity.device",
            "FileIdentity.inode",
            "FileIdentity.mode",
            "FileIdentity.mtimeNanos",
            "FileIdentity.size",
            // the caller hands over what takes their place
            "OutsideFile.description",
            "OutsideFile.flags",
            "OutsideFile.id",
            "TerminalFile.flags",
            "TerminalFile.rdev",
            "TerminalFile.settings",
            // another terminal is hung up in its place
            "HungUpTerminal.path",
            // time goes on
            "FileAttributes.atimeNanos",
            "PosixTimer.overrun",
            "Sleep.number",
            "Sleep.remainingNanos",
            "TimerFd.ticks");

    private final Image image;
    private final PagePrints pages;

    ComparisonTest() throws IOException {
        try (PageSource source = Images.open(GOLDEN, Host.ANY, Opening.NONE)) {
            image = source.image();
            pages = PagePrints.of(source);
        }
    }

    @Test
    void anImageIsLikeItself() {
        assertThat(differences(image)).isEmpty();
    }

    @Test
    void everyComponentCounts() {
        Set<String> overlooked = new TreeSet<>();
        Set<String> found = new TreeSet<>();
        for (ProcessState process : image.processes()) {
            Mutants.of(process, "", (name, mutant) -> note(name, with(process, mutant), found, overlooked));
        }
        for (SharedObject object : reachable()) {
            Mutants.of(object, "", (name, mutant) -> note(name, with(object, mutant), found, overlooked));
        }
        overlooked.removeAll(found);
        assertThat(found).hasSizeGreaterThan(100);
        assertThat(overlooked).isEqualTo(new TreeSet<>(TOLERATED));
    }

    // What no process of the golden image has is nothing to a proof.
    private Set<SharedObject> reachable() {
        Set<SharedObject> reached = new LinkedHashSet<>();
        image.processes().forEach(process -> reach(process, reached));
        for (SharedObject object : image.objects()) {
            IpcIdentity identity = SystemVObjects.identity(object);
            if (identity != null && identity.namespace().equals(ObjectId.NONE)) {
                reach(object.id(), reached);
            }
        }
        return reached;
    }

    private void reach(Object from, Set<SharedObject> reached) {
        Records.walk((Record) from, record -> {
            if (record instanceof ObjectId id && !id.equals(ObjectId.NONE)) {
                SharedObject object = image.object(id, SharedObject.class);
                if (reached.add(object)) {
                    reach(object, reached);
                }
            }
        });
    }

    private void note(String name, Image mutant, Set<String> found, Set<String> overlooked) {
        boolean isFound;
        try {
            isFound = !differences(mutant).isEmpty();
        } catch (IllegalArgumentException dangling) {
            isFound = true; // an id of nothing
        }
        (isFound ? found : overlooked).add(name);
    }

    private Image with(ProcessState process, Object mutant) {
        List<ProcessState> processes = new ArrayList<>(image.processes());
        processes.set(processes.indexOf(process), (ProcessState) mutant);
        return new Image(
                image.machine(),
                image.objects(),
                processes,
                image.zombies(),
                image.outsideGroups(),
                image.outsideSessions());
    }

    private Image with(SharedObject object, Object mutant) {
        List<SharedObject> objects = new ArrayList<>(image.objects());
        objects.set(objects.indexOf(object), (SharedObject) mutant);
        return image.with(objects);
    }

    private List<String> differences(Image other) {
        return Comparison.differences(image, pages, new ProofSink(other, pages));
    }

    @Test
    void everyPageCounts() {
        for (SharedObject object : image.objects()) {
            pages.each(object.id(), (address, print) -> {
                PagePrints others = copyWithout(object, address);
                boolean isFound = !Comparison.differences(image, pages, new ProofSink(image, others))
                        .isEmpty();
                assertThat(isFound).as("page %x of %s", address, object).isEqualTo(print != PagePrints.ZERO);
            });
        }
    }

    private PagePrints copyWithout(SharedObject missing, long page) {
        PagePrints copy = new PagePrints(KernelWrites.none());
        for (SharedObject object : image.objects()) {
            pages.each(object.id(), (address, print) -> {
                if (!object.equals(missing) || address != page) {
                    copy.put(object.id(), address, print);
                }
            });
        }
        return copy;
    }
}
