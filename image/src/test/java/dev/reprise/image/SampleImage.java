package dev.reprise.image;

import dev.reprise.image.state.AddressSpace;
import dev.reprise.image.state.Backing;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Credentials;
import dev.reprise.image.state.DeadProcess;
import dev.reprise.image.state.Descriptor;
import dev.reprise.image.state.FdTable;
import dev.reprise.image.state.FileIdentity;
import dev.reprise.image.state.FsContext;
import dev.reprise.image.state.Image;
import dev.reprise.image.state.Interruption;
import dev.reprise.image.state.IntervalTimer;
import dev.reprise.image.state.Machine;
import dev.reprise.image.state.MemoryObject;
import dev.reprise.image.state.MmFields;
import dev.reprise.image.state.ObjectId;
import dev.reprise.image.state.Ownership;
import dev.reprise.image.state.PageRun;
import dev.reprise.image.state.PendingSignal;
import dev.reprise.image.state.PosixTimer;
import dev.reprise.image.state.ProcessState;
import dev.reprise.image.state.Registers;
import dev.reprise.image.state.ResourceLimit;
import dev.reprise.image.state.RobustList;
import dev.reprise.image.state.RseqArea;
import dev.reprise.image.state.Scheduling;
import dev.reprise.image.state.SharedObject;
import dev.reprise.image.state.SignalAction;
import dev.reprise.image.state.SignalHandlers;
import dev.reprise.image.state.SignalStack;
import dev.reprise.image.state.TaskModes;
import dev.reprise.image.state.TaskState;
import dev.reprise.image.state.VmFlag;
import dev.reprise.image.state.Vma;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The image behind the golden files: one process, two threads, every kind of object, four pages. Never to be changed. */
public final class SampleImage {
    /** The address space's pages, in two runs. */
    public static final List<PageRun> RUNS = List.of(new PageRun(0x555555554000L, 2), new PageRun(0x7ffffffde000L, 1));

    /** The memory object's page. */
    public static final List<PageRun> MEMORY_RUNS = List.of(new PageRun(0, 1));

    /** The address space's id. */
    public static final ObjectId SPACE = new ObjectId(2);

    /** The memory object's id. */
    public static final ObjectId MEMORY = new ObjectId(1);

    private SampleImage() {}

    /** The state. */
    public static Image image() {
        List<SharedObject> objects = new ArrayList<>();
        objects.add(new MemoryObject(
                MEMORY,
                MemoryObject.Kind.SHARED_ANONYMOUS,
                "/dev/zero (deleted)",
                4096,
                0,
                0100600,
                new Ownership(0, 4),
                MEMORY_RUNS));
        objects.add(space());
        objects.addAll(SampleFiles.all());
        ObjectId table = new ObjectId(100);
        objects.add(new FdTable(table, SampleFiles.descriptors(), SampleFiles.locks()));
        ObjectId fs = new ObjectId(101);
        objects.add(new FsContext(fs, "/", "/home/j\u00c3\u00b6rg", 022));
        ObjectId handlers = new ObjectId(102);
        objects.add(new SignalHandlers(
                handlers, List.of(new SignalAction(15, 0x555555555000L, 0x14000004L, 0x7ffff7c42520L, 1L << 14))));
        return new Image(
                machine(),
                objects,
                List.of(process(table, fs, handlers)),
                List.of(new DeadProcess(
                        4713, List.of(17), 4711, 4712, 4700, 4699, 17, 0x8b, Bytes.of((byte) 'z'), 1000, 100)),
                List.of(4700),
                List.of(4699));
    }

    /** The contents of page {@code number} (from 0, in the stream's order): all bytes differ from page to page. */
    public static byte[] page(int number) {
        byte[] page = new byte[PageRun.PAGE_SIZE];
        for (int i = 0; i < page.length; i++) {
            page[i] = (byte) (i * 7 + i / 256 + 31 * number);
        }
        return page;
    }

    private static Machine machine() {
        return new Machine(
                "x86-64",
                4096,
                "6.18.0-golden",
                0xe7,
                bytes(64, 9),
                "6f6d9f9c-27c1-4e35-9a5a-0d6f0c6f0001",
                1_000_000_001L,
                2_000_000_002L,
                1_760_000_000_000_000_003L,
                -4,
                5);
    }

    private static AddressSpace space() {
        FileIdentity program = SampleFiles.file("/usr/bin/sleep", "0123456789abcdef0123456789abcdef01234567");
        List<Vma> vmas = List.of(
                new Vma(
                        0x555555554000L,
                        0x555555556000L,
                        5,
                        false,
                        0,
                        new Backing.MappedFile(program),
                        Set.of(VmFlag.MAY_WRITE)),
                new Vma(
                        0x555555556000L,
                        0x555555577000L,
                        3,
                        false,
                        0,
                        new Backing.Anonymous("heap"),
                        Set.of(VmFlag.UFFD_MISSING)),
                new Vma(
                        0x7ffff7fb0000L,
                        0x7ffff7fb1000L,
                        3,
                        true,
                        0,
                        new Backing.SharedMemory(MEMORY, true),
                        Set.of(VmFlag.DONT_FORK)),
                new Vma(
                        0x7ffff7fb1000L,
                        0x7ffff7fb2000L,
                        3,
                        false,
                        0,
                        new Backing.Device(SampleFiles.file("/dev/zero", "")),
                        Set.of(VmFlag.LOCKED)),
                new Vma(
                        0x7ffff7fb2000L,
                        0x7ffff7fb3000L,
                        3,
                        true,
                        0,
                        new Backing.AioRing(true, 126, 1, Bytes.of(new byte[64])),
                        Set.of(VmFlag.DONT_EXPAND)),
                new Vma(
                        0x7ffff7fb3000L,
                        0x7ffff7fb4000L,
                        3,
                        true,
                        0x10000000,
                        new Backing.IoUringMemory(1001),
                        Set.of(VmFlag.DONT_EXPAND)),
                new Vma(
                        0x7ffff7fc9000L,
                        0x7ffff7fcb000L,
                        5,
                        false,
                        0,
                        new Backing.Kernel("[vdso]"),
                        Set.of(VmFlag.DONT_EXPAND)),
                new Vma(
                        0x7ffffffde000L,
                        0x7ffffffff000L,
                        3,
                        false,
                        0,
                        new Backing.Anonymous(""),
                        Set.of(VmFlag.GROWS_DOWN)),
                new Vma(
                        0xffffffffff600000L,
                        0xffffffffff601000L,
                        4,
                        false,
                        0,
                        new Backing.Kernel("[vsyscall]"),
                        Set.of()));
        MmFields fields = new MmFields(
                0x555555554000L,
                0x555555555000L,
                0x555555555800L,
                0x555555555900L,
                0x555555556000L,
                0x555555577000L,
                0x7fffffffe000L,
                0x7fffffffe100L,
                0x7fffffffe110L,
                0x7fffffffe110L,
                0x7fffffffefe0L);
        return new AddressSpace(
                SPACE,
                fields,
                bytes(320, 3),
                program,
                vmas,
                RUNS,
                SPACE,
                List.of(new PageRun(0x555555558000L, 2)),
                List.of(new PageRun(0x555555557000L, 1)),
                1,
                3,
                0x33,
                2);
    }

    private static ProcessState process(ObjectId table, ObjectId fs, ObjectId handlers) {
        return new ProcessState(
                4711,
                1,
                4711,
                4711,
                7,
                17,
                0x100,
                SPACE,
                table,
                fs,
                handlers,
                List.of(new PendingSignal(bytes(128, 10))),
                List.of(new IntervalTimer(0, 1_000_000, 250_000)),
                List.of(new PosixTimer(0, -6, 4, 34, 0x1234, 4712, 5_000_000, 1_000_000, 3)),
                List.of(new ResourceLimit(7, 1024, -1)),
                -500,
                true,
                false,
                List.of(task(4711, new Interruption.None()), task(4712, new Interruption.Sleep(230, 1_500_000_000L))));
    }

    private static TaskState task(int tid, Interruption interruption) {
        Credentials credentials = new Credentials(
                1000, 1000, 1000, 1000, 100, 100, 100, 100, List.of(100, 27, -2), 0, 0, 0, 0x1ffffffffffL, 0, 4, true);
        Scheduling scheduling = new Scheduling(3, 1, -5, 0, 0, 0, 0, bytes(8, 255), 16388, 50_000);
        return new TaskState(
                tid,
                List.of(tid - 4700, 1),
                Bytes.of("sleep".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)),
                Registers.of(LongStream.range(0, Registers.WORDS)
                        .map(i -> i * 0x0101010101L + tid)
                        .toArray()),
                bytes(832, 77),
                interruption,
                1L << 33,
                List.of(new PendingSignal(bytes(128, 12))),
                new SignalStack(0x555555558000L, 0, 8192),
                new RobustList(0x7ffff7d8a020L, 24),
                new RseqArea(0x7ffff7d8a660L, 32, 0x53053053, 0),
                0x7ffff7d8a010L,
                credentials,
                scheduling,
                9,
                0x40000,
                TaskModes.DEFAULT);
    }

    static Bytes bytes(int length, int first) {
        byte[] bytes = new byte[length];
        IntStream.range(0, length).forEach(i -> bytes[i] = (byte) (first + i));
        return Bytes.of(bytes);
    }

    static Descriptor descriptor(int number, int openFile) {
        return new Descriptor(number, number % 2 == 1, new ObjectId(openFile));
    }
}
