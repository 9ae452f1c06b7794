package dev.reprise.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.engine.SavedImage;
import dev.reprise.engine.model.Opening;
import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.RestoreException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What {@link EnemyImagesTest} has found, each with its smallest change of the golden image: corrupt, and nothing else. */
class EnemyRecordsTest {
    private static final int PROCESS = 18;
    private static final int FD_TABLE = 33;
    private static final int SIGNAL_HANDLERS = 35;

    @Test
    void theGoldenImagePutTogetherAgainIsGood() throws Exception {
        assertThat(SavedImage.read(channel(golden().together()), Opening.NONE)
                        .content()
                        .processes())
                .isNotEmpty();
    }

    @Test
    void aStatusThatIsNoInt() throws IOException {
        isCorrupt(PROCESS, payload -> and(payload, 18 << 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0x03));
    }

    @Test
    void aLimitOfNothing() throws IOException {
        isCorrupt(PROCESS, payload -> and(payload, 12 << 3 | 2, 2, 1 << 3, 99));
    }

    @Test
    void aSignalThatIsNone() throws IOException {
        isCorrupt(SIGNAL_HANDLERS, payload -> and(payload, 2 << 3 | 2, 2, 1 << 3, 65));
    }

    @Test
    void aDescriptorTwice() throws IOException {
        isCorrupt(FD_TABLE, payload -> and(payload, 2 << 3 | 2, 2, 1 << 3, 0));
    }

    // A tag may take two bytes.
    private static byte[] and(byte[] payload, int tag, int... more) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(payload);
        if (tag >= 0x80) {
            out.write(tag & 0x7f | 0x80);
            out.write(tag >>> 7);
        } else {
            out.write(tag);
        }
        for (int b : more) {
            out.write(b);
        }
        return out.toByteArray();
    }

    private static void isCorrupt(int type, UnaryOperator<byte[]> change) throws IOException {
        TakenApart image = golden();
        for (TakenApart.Record record : image.records) {
            if (record.type == type) {
                record.payload = change.apply(record.payload);
                break;
            }
        }
        RestoreException answer = catchThrowableOfType(
                RestoreException.class, () -> SavedImage.read(channel(image.together()), Opening.NONE));
        assertThat(answer.reason()).isInstanceOf(Reason.BadImage.class);
        assertThat(((Reason.BadImage) answer.reason()).flaw())
                .as(answer.getMessage())
                .isEqualTo(Reason.BadImage.Flaw.CORRUPT);
    }

    private static ReadableByteChannel channel(byte[] image) {
        return Channels.newChannel(new ByteArrayInputStream(image));
    }

    private static TakenApart golden() throws IOException {
        return TakenApart.of(
                Files.readAllBytes(Checkout.ROOT.resolve("image/src/test/resources/golden/v1/sample.image")));
    }
}
