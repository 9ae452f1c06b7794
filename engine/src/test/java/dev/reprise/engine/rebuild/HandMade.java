package dev.reprise.engine.rebuild;

import dev.reprise.engine.model.PageSource;
import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Credentials;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.Machine;
import dev.reprise.image.state.MmFields;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.Registers;
import dev.reprise.image.state.RobustList;
import dev.reprise.image.state.RseqArea;
import dev.reprise.image.state.Scheduling;
import dev.reprise.image.state.SignalHandlers;
import dev.reprise.image.state.SignalStack;
import dev.reprise.image.state.TaskModes;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.Vma;
import dev.reprise.kernel.FileStatus;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Proc;
import dev.reprise.kernel.Signal;
import dev.reprise.kernel.Smaps;
import dev.reprise.kernel.x86_64.UserRegs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** An image written by hand: one page of machine code, one of stack, a vdso, no descriptors. */
final class HandMade {
    static final long CODE = 0x400000;
    static final long STACK = 0x600000;
    private static final long VVAR = 0x7fff_0000_0000L;
    private static final int PAGE = 4096;
    private static final int PID_MAX = 32767;

    private final Path code;
    private final int pid;
    private final List<TaskState> tasks = new ArrayList<>();
    private boolean stopped;
    private int parentDeathSignal;

    HandMade(Path directory, int pid) {
        this.pid = pid;
        code = directory.resolve("code");
    }

    /** The machine code, from {@link #CODE} on. */
    HandMade code(String hex) throws IOException {
        byte[] page = new byte[PAGE];
        byte[] bytes = HexFormat.of().parseHex(hex.replaceAll("#[^\n]*|\\s", ""));
        System.arraycopy(bytes, 0, page, 0, bytes.length);
        Files.write(code, page);
        Files.setPosixFilePermissions(code, PosixFilePermissions.fromString("rwxr-xr-x"));
        return this;
    }

    /** A task that goes on at an offset of the code, its registers otherwise by {@code words} of index, value. */
    HandMade task(int tid, Interruption interruption, long at, long... words) {
        long[] registers = new long[Registers.WORDS];
        registers[UserRegs.RIP] = CODE + at;
        registers[UserRegs.RSP] = STACK + PAGE - 256;
        registers[UserRegs.ORIG_RAX] = -1;
        registers[UserRegs.CS] = 0x33;
        registers[UserRegs.SS] = 0x2b;
        registers[UserRegs.EFLAGS] = 0x202;
        for (int i = 0; i < words.length; i += 2) {
            registers[(int) words[i]] = words[i + 1];
        }
        tasks.add(new TaskState(
                tid,
                List.of(),
                Bytes.of((byte) 'h', (byte) 'i'),
                Registers.of(registers),
                Bytes.empty(),
                interruption,
                0,
                List.of(),
                new SignalStack(0, 2, 0),
                new RobustList(0, 24),
                RseqArea.NONE,
                0,
                new Credentials(
                        0, 0, 0, 0, 0, 0, 0, 0, List.of(), 0, CAPABILITIES, CAPABILITIES, CAPABILITIES, 0, 0, false),
                new Scheduling(0, 0, 0, 0, 0, 0, 0, Bytes.empty(), 0, 50_000),
                parentDeathSignal,
                0,
                TaskModes.DEFAULT));
        return this;
    }

    /** The signal that the next tasks ask for at their parent's death. */
    HandMade parentDeathSignal(int signal) {
        parentDeathSignal = signal;
        return this;
    }

    HandMade stopped() {
        stopped = true;
        return this;
    }

    private static final long CAPABILITIES = capabilities();

    private static long capabilities() {
        try {
            String status = Proc.text("/proc/self/status");
            int at = status.indexOf("CapPrm:") + 7;
            return Long.parseUnsignedLong(
                    status.substring(at, status.indexOf('\n', at)).strip(), 16);
        } catch (dev.reprise.kernel.KernelException failure) {
            throw new IllegalStateException(failure);
        }
    }

    Image image() throws Exception {
        long changed = FileStatus.of(code.toString()).mtimeNanos();
        FileIdentity file = new FileIdentity(code.toString(), 0, 0, PAGE, changed, 0100755, "");
        List<Vma> vmas = new ArrayList<>();
        vmas.add(new Vma(CODE, CODE + PAGE, 5, false, 0, new Backing.MappedFile(file), Set.of()));
        vmas.add(new Vma(STACK, STACK + PAGE, 3, false, 0, new Backing.Anonymous(""), Set.of()));
        long shift = 0;
        for (Mapping mapping : Smaps.parse(Proc.bytes("/proc/self/maps"))) {
            if (mapping.path().startsWith("[v") && !mapping.path().equals("[vsyscall]")) {
                shift = shift == 0 ? mapping.start() - VVAR : shift;
                long start = mapping.start() - shift;
                vmas.add(new Vma(
                        start,
                        start + mapping.bytes(),
                        mapping.protection(),
                        false,
                        0,
                        new Backing.Kernel(mapping.path()),
                        Set.of()));
            }
        }
        ObjectId mm = new ObjectId(1);
        AddressSpace space = new AddressSpace(
                mm,
                new MmFields(
                        CODE,
                        CODE + PAGE,
                        CODE,
                        CODE + PAGE,
                        CODE + PAGE,
                        CODE + PAGE,
                        STACK,
                        STACK,
                        STACK,
                        STACK,
                        STACK),
                Bytes.of(new byte[16]),
                file,
                vmas,
                List.<PageRun>of(),
                ObjectId.NONE,
                List.of(),
                List.of(),
                1,
                0,
                0x33,
                0);
        return new Image(
                new Machine(
                        "x86-64",
                        PAGE,
                        "",
                        0,
                        Bytes.empty(),
                        Proc.text("/proc/sys/kernel/random/boot_id").strip(),
                        0,
                        0,
                        0,
                        0,
                        0),
                List.of(
                        space,
                        new FdTable(new ObjectId(2), List.of(), List.of()),
                        new FsContext(new ObjectId(3), "/", "/", 022),
                        new SignalHandlers(new ObjectId(4), List.of())),
                List.of(new ProcessState(
                        pid,
                        0,
                        pid,
                        pid,
                        0,
                        Signal.SIGCHLD,
                        ProcessState.ALIVE,
                        mm,
                        new ObjectId(2),
                        new ObjectId(3),
                        new ObjectId(4),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        0,
                        false,
                        stopped,
                        tasks)));
    }

    /** A source whose pages have all come. */
    static PageSource source(Image image) {
        return new Ended(image);
    }

    private record Ended(Image image) implements PageSource.Streamed {
        @Override
        public Chunk next() {
            return null;
        }

        @Override
        public int lanes() {
            return 1;
        }

        @Override
        public void close() {}
    }

    /** Ids that nobody has, from the last one given downwards: they are given again only after all others. */
    static List<Integer> freeIds(int count) throws IOException {
        int id = Integer.parseInt(
                Files.readString(Path.of("/proc/loadavg")).strip().split(" ")[4]);
        List<Integer> free = new ArrayList<>();
        Set<Integer> taken = groupsAndSessions();
        while (free.size() < count) {
            id = id > 1000 ? id - 1 : PID_MAX;
            if (!taken.contains(id) && !Files.exists(Path.of("/proc/" + id))) {
                free.add(id);
            }
        }
        return free;
    }

    // Their ids are in use though no task may have them any more.
    private static Set<Integer> groupsAndSessions() throws IOException {
        Set<Integer> taken = new HashSet<>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
                    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    taken.add(Integer.parseInt(fields[2]));
                    taken.add(Integer.parseInt(fields[3]));
                } catch (IOException gone) {
                    // it has ended, and what it held with it
                }
            }
        }
        return taken;
    }

    static int freeId() throws IOException {
        return freeIds(1).getFirst();
    }
}
