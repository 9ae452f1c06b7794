package dev.reprise.engine.proof;

import dev.reprise.engine.model.PageSource;
import dev.reprise.image.state.Image;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;

/** An image on trial. */
public final class Trial {
    private Trial() {}

    /** Restores the programs of a source, which stand still then, checkpoints them, and ends them. */
    @FunctionalInterface
    public interface Again {
        ProofSink of(PageSource trial) throws Exception;
    }

    /** Where the program was: in the namespaces that its image names. */
    @FunctionalInterface
    public interface Place {
        ProofSink at(PageSource source, Callable<ProofSink> work) throws Exception;
    }

    /** Opens the image; twice, since what comes through a filter is read once. */
    @FunctionalInterface
    public interface Opener {
        PageSource open() throws IOException;
    }

    /**
     * Has an image restored and checkpointed where nothing can happen, and compares.
     *
     * @throws UnprovedException when the two are not alike, or it cannot be tried
     */
    public static void of(Opener opener, Place place, Again again) throws Exception {
        Image image;
        ProofSink taken;
        try (PageSource source = opener.open()) {
            image = TrialImage.of(source.image());
            taken = place.at(source, () -> Quarantine.run(image, () -> again.of(TrialSource.of(source, image))));
        }
        PagePrints pages;
        try (PageSource source = opener.open()) {
            pages = PagePrints.of(source);
        }
        List<String> differences = Comparison.differences(image, pages, taken);
        if (!differences.isEmpty()) {
            throw new UnprovedException(differences);
        }
    }
}
