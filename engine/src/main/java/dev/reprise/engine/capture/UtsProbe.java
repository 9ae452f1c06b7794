package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_uname;

import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.program.ProgramResults;
import dev.reprise.engine.program.Slot;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.UtsNamespace;
import dev.reprise.kernel.Native;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Asks a process for the names of its UTS namespace: struct new_utsname, six texts of 65 bytes. */
final class UtsProbe {
    private static final int FIELD = UtsNamespace.LONGEST + 1;
    private static final int FIELDS = 6;
    private static final int NODE_NAME = 1;
    private static final int DOMAIN_NAME = 5;

    private final Slot answer;

    /** The names. */
    record Names(Bytes node, Bytes domain) {}

    UtsProbe(ProgramBuilder p) {
        answer = p.space((long) FIELD * FIELDS);
        p.call(SYS_uname, answer);
    }

    /** What the program found. */
    Names read(ProgramResults results) {
        MemorySegment found = results.slot(answer);
        return new Names(name(found, NODE_NAME), name(found, DOMAIN_NAME));
    }

    // What is behind a name is zero, a zero inside it may be its own: sethostname(2) takes any bytes.
    private static Bytes name(MemorySegment found, int field) {
        byte[] name = Native.copy(found.asSlice((long) FIELD * field), UtsNamespace.LONGEST);
        int length = name.length;
        while (length > 0 && name[length - 1] == 0) {
            length--;
        }
        return Bytes.of(Arrays.copyOf(name, length));
    }
}
