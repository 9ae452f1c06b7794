package dev.reprise.engine.transport;

import dev.reprise.engine.model.Secret;
import dev.reprise.image.codec.v1.Format;
import dev.reprise.image.codec.v1.ImageEncoder;
import dev.reprise.image.codec.v1.PageLedger;
import dev.reprise.image.codec.v1.Pages;
import dev.reprise.image.codec.v1.PagesCodec;
import dev.reprise.image.codec.v1.RecordType;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Machine;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.stream.Alignment;
import dev.reprise.image.stream.Composer;
import dev.reprise.image.stream.Ed25519;
import dev.reprise.image.stream.Header;
import dev.reprise.image.stream.Span;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What all sinks have in common: state to records, page data only as announced. */
final class ImageWriting {
    /** The lane of everything but pages, and of pages that others write in place. */
    static final int LANE = 0;

    private final Composer composer;
    private @Nullable PageLedger ledger;

    /** {@code signer} signs the image, if there is one. */
    ImageWriting(Optional<Secret> signer) {
        composer = new Composer(signer.map(key -> Ed25519.signer(key.bytes())).orElse(null));
    }

    Composer composer() {
        return composer;
    }

    void state(Image image) {
        if (ledger != null) {
            throw new IllegalStateException("the state was written before");
        }
        Machine machine = image.machine();
        if (!machine.architecture().equals("x86-64") || machine.pageSize() != Alignment.PAGE) {
            throw new IllegalArgumentException("cannot write an image of " + machine);
        }
        composer.header(new Header(
                Format.VERSION, Header.X86_64, machine.pageSize(), 0, 0, machine.xcr0(), machine.kernelRelease()));
        ImageEncoder.encode(image, (type, key, payload) -> composer.record(type, LANE, key, payload));
        composer.endState();
        ledger = new PageLedger(image);
    }

    /** Composes the record in front of a batch's data. */
    Span pages(int lane, ObjectId object, List<PageRun> runs) {
        Pages pages = new Pages(object, runs);
        accept(pages);
        return composer.data(RecordType.PAGES, lane, object.value(), PagesCodec.write(pages), pages.bytes());
    }

    /** The same of pages some of which repeat others; null when no data follow. */
    @Nullable
    Span pages(int lane, Pages pages) {
        accept(pages);
        byte[] payload = PagesCodec.write(pages);
        if (pages.storedBytes() == 0) {
            composer.record(RecordType.PAGES, lane, pages.object().value(), payload);
            return null;
        }
        return composer.data(RecordType.PAGES, lane, pages.object().value(), payload, pages.storedBytes());
    }

    private void accept(Pages pages) {
        PageLedger expected = ledger;
        if (expected == null) {
            throw new IllegalStateException("page data before the state");
        }
        expected.accept(pages);
    }

    void finish() {
        if (ledger == null) {
            throw new IllegalStateException("no state");
        }
        ledger.requireComplete();
        composer.finish();
    }
}
