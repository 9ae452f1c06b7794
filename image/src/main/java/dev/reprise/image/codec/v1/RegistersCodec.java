package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Registers;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** registers_x86_64.proto: field n is word n - 1 of the kernel's user_regs_struct. */
final class RegistersCodec {
    private RegistersCodec() {}

    static MessageWriter write(Registers registers) {
        MessageWriter m = new MessageWriter();
        long[] words = registers.words();
        for (int i = 0; i < words.length; i++) {
            m.fixed64(i + 1, words[i]);
        }
        return m;
    }

    static Registers read(MessageReader m) throws IOException {
        long[] words = new long[Registers.WORDS];
        for (int field = m.next(); field != 0; field = m.next()) {
            if (field > words.length) {
                throw m.unknown("Registers");
            }
            words[field - 1] = m.fixed64();
        }
        return Registers.of(words);
    }
}
