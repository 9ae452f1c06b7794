package dev.reprise.image.codec.v1;

import dev.reprise.image.state.ProcessFd;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;

/** process_fd.proto. */
final class ProcessFdCodec {
    private ProcessFdCodec() {}

    static MessageWriter write(ProcessFd file) {
        MessageWriter m = OpenFileHead.write(file);
        m.u32(4, file.pid());
        return m;
    }

    static ProcessFd read(MessageReader m) throws IOException {
        OpenFileHead head = new OpenFileHead();
        int pid = 0;
        for (int field = m.next(); field != 0; field = m.next()) {
            if (field == 4) {
                pid = m.u32();
            } else {
                head.read(field, m, "ProcessFd");
            }
        }
        return new ProcessFd(head.id(), head.flags(), head.owner(), pid);
    }
}
