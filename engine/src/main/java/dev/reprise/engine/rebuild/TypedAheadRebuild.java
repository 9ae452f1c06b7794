package dev.reprise.engine.rebuild;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_ioctl;
import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_write;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.TerminalSettings;
import dev.reprise.engine.program.Typing;
import dev.reprise.image.state.TypedAhead;
import dev.reprise.kernel.Ioctl;
import java.io.ByteArrayOutputStream;

/** Keys that were typed at a terminal and not read: typed again, so that they are the same lines. */
final class TypedAheadRebuild {
    private static final String SUBJECT = "the keys of a terminal";

    private final ProgramBuilder p;
    private final Arg slave;
    private final byte[] settings;
    private final ByteArrayOutputStream keys = new ByteArrayOutputStream();

    private TypedAheadRebuild(ProgramBuilder p, Arg slave, byte[] settings) {
        this.p = p;
        this.slave = slave;
        this.settings = settings;
    }

    /** Adds: the line discipline has them again; its settings are others afterwards. */
    static void typeAgain(ProgramBuilder p, Arg master, Arg slave, byte[] settings, TypedAhead typed) {
        if (typed.lines().isEmpty() && !typed.literally()) {
            return;
        }
        TypedAheadRebuild rebuild = new TypedAheadRebuild(p, slave, settings);
        rebuild.set(TerminalSettings.typing(settings));
        if (TerminalSettings.hasLines(settings)) {
            typed.lines().forEach(rebuild::line);
            if (typed.literally()) {
                rebuild.keys.write(TerminalSettings.LITERALLY);
            }
            rebuild.type();
        } else {
            for (TypedAhead.Line line : typed.lines()) {
                byte[] bytes = line.bytes().toArray();
                p.expect(bytes.length, SYS_write, master, p.bytes(bytes), Arg.of(bytes.length))
                        .about(SUBJECT);
                Typing.await(p, slave, Arg.of(bytes.length));
            }
        }
    }

    /** Adds: what waits for room. */
    static void writeRest(ProgramBuilder p, Arg master, TypedAhead typed) {
        byte[] rest = typed.waiting().toArray();
        if (rest.length > 0) {
            p.expect(rest.length, SYS_write, master, p.bytes(rest), Arg.of(rest.length))
                    .about(SUBJECT);
        }
    }

    private void line(TypedAhead.Line line) {
        byte[] bytes = line.bytes().toArray();
        boolean endsItself = line.end() == TypedAhead.End.LAST_BYTE && bytes.length > 0;
        for (int i = 0; i < bytes.length - (endsItself ? 1 : 0); i++) {
            keys.write(TerminalSettings.LITERALLY);
            keys.write(bytes[i]);
        }
        if (line.end() == TypedAhead.End.END_OF_FILE) {
            keys.write(TerminalSettings.END);
        } else if (endsItself) {
            end(bytes[bytes.length - 1]);
        }
    }

    private void end(byte key) {
        if (key == '\n') {
            keys.write(key);
            return;
        }
        type();
        byte[] ending = TerminalSettings.ending(settings);
        ending[TerminalSettings.ENDING_KEY] = key;
        set(ending);
        keys.write(key);
        type();
        set(TerminalSettings.typing(settings));
    }

    private void type() {
        if (keys.size() > 0) {
            Typing.keys(p, slave, p.bytes(keys.toByteArray()));
            keys.reset();
        }
    }

    private void set(byte[] to) {
        p.call(SYS_ioctl, slave, Arg.of(Ioctl.TCSETS2), p.bytes(to)).about("the settings of a terminal");
    }
}
