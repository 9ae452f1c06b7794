package dev.reprise.image.codec.v1;

import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.DeviceFile;
import dev.reprise.image.state.DirectoryFile;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.PathFile;
import dev.reprise.image.state.RegularFile;
import dev.reprise.image.state.TerminalFile;
import dev.reprise.image.wire.MessageReader;
import dev.reprise.image.wire.MessageWriter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** path_files.proto: open files that have a path. They share one set of fields. */
final class PathFilesCodec {
    private static final String TERMINAL = "TerminalFile";
    private static final String DIRECTORY = "DirectoryFile";

    private final OpenFileHead head = new OpenFileHead();
    private @Nullable FileIdentity file;
    private long offset;
    private int rdev;
    private int notices;
    private String goneName = "";
    private Bytes settings = Bytes.empty();

    private PathFilesCodec() {}

    static MessageWriter write(RegularFile regular) {
        MessageWriter m = OpenFileHead.write(regular);
        m.message(4, FileIdentityCodec.write(regular.file()));
        m.u64(5, regular.offset());
        m.latin1(7, regular.goneName());
        return m;
    }

    static MessageWriter write(DirectoryFile directory) {
        MessageWriter m = OpenFileHead.write(directory);
        m.message(4, FileIdentityCodec.write(directory.file()));
        m.u64(5, directory.offset());
        m.u32(6, directory.notices());
        return m;
    }

    static MessageWriter write(PathFile path) {
        MessageWriter m = OpenFileHead.write(path);
        m.message(4, FileIdentityCodec.write(path.file()));
        return m;
    }

    static MessageWriter write(DeviceFile device) {
        MessageWriter m = OpenFileHead.write(device);
        m.message(4, FileIdentityCodec.write(device.file()));
        m.u64(5, device.offset());
        m.u32(6, device.rdev());
        return m;
    }

    static MessageWriter write(TerminalFile terminal) {
        MessageWriter m = OpenFileHead.write(terminal);
        m.message(4, FileIdentityCodec.write(terminal.file()));
        m.u32(6, terminal.rdev());
        m.bytes(7, terminal.settings().toArray());
        return m;
    }

    static RegularFile regular(MessageReader m) throws IOException {
        PathFilesCodec f = read(m, "RegularFile", true, false);
        return new RegularFile(f.head.id(), f.head.flags(), f.head.owner(), f.identity(), f.offset, f.goneName);
    }

    static DirectoryFile directory(MessageReader m) throws IOException {
        PathFilesCodec f = read(m, DIRECTORY, true, false);
        return new DirectoryFile(f.head.id(), f.head.flags(), f.head.owner(), f.identity(), f.offset, f.notices);
    }

    static PathFile path(MessageReader m) throws IOException {
        PathFilesCodec f = read(m, "PathFile", false, false);
        return new PathFile(f.head.id(), f.head.flags(), f.head.owner(), f.identity());
    }

    static DeviceFile device(MessageReader m) throws IOException {
        PathFilesCodec f = read(m, "DeviceFile", true, true);
        return new DeviceFile(f.head.id(), f.head.flags(), f.head.owner(), f.identity(), f.rdev, f.offset);
    }

    static TerminalFile terminal(MessageReader m) throws IOException {
        PathFilesCodec f = read(m, TERMINAL, false, true);
        return new TerminalFile(f.head.id(), f.head.flags(), f.head.owner(), f.identity(), f.rdev, f.settings);
    }

    private FileIdentity identity() throws IOException {
        return MessageReader.require(file, "an open file's identity");
    }

    private static PathFilesCodec read(MessageReader m, String message, boolean hasOffset, boolean hasRdev)
            throws IOException {
        PathFilesCodec f = new PathFilesCodec();
        for (int field = m.next(); field != 0; field = m.next()) {
            if (field == 4) {
                f.file = FileIdentityCodec.read(m.message());
            } else if (field == 5 && hasOffset) {
                f.offset = m.u64();
            } else if (field == 6 && hasRdev) {
                f.rdev = m.u32();
            } else if (field == 6 && message.equals(DIRECTORY)) {
                f.notices = m.u32();
            } else if (field == 7 && hasOffset) {
                f.goneName = m.latin1();
            } else if (field == 7 && message.equals(TERMINAL)) {
                f.settings = Bytes.of(m.bytes());
            } else {
                f.head.read(field, m, message);
            }
        }
        return f;
    }
}
