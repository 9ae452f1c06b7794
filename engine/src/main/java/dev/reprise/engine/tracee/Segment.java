package dev.reprise.engine.tracee;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.reprise.engine.program.x86_64.ControlBlock;
import dev.reprise.engine.program.x86_64.HomeStub;
import dev.reprise.engine.program.x86_64.Interpreter;
import dev.reprise.image.state.Bytes;
import dev.reprise.image.state.Twin;
import dev.reprise.kernel.Errno;
import dev.reprise.kernel.IpcResidence;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.Mapping;
import dev.reprise.kernel.Native;
import dev.reprise.kernel.RemoteAddress;
import dev.reprise.kernel.Shm;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * System V shared memory that we and a tracee both map: all that a tracee needs, its way home included, laid out before
 * it is touched.
 *
 * <pre>
 *   0000  interpreter
 *   1000  LIFE word; at 1030 the word of a copy that is kept, its control block and its mark; at 1060 who is on its way in; at 1800 the pivot stack of the gadget
 *   2000  control blocks, one page a thread
 *         programs
 * </pre>
 */
public final class Segment implements AutoCloseable {
    private static final VarHandle WORD = JAVA_INT.varHandle();
    static final int LIFE = 0x1000;
    private static final int DESCRIPTOR = 0x1010;
    /** From a segment's start to its word that is 1 while all but the host wait, and 2 while that waits, too. */
    static final int STANDSTILL = 0x1020;

    /** The word that says whether who is parked here outlives us, and what it is known by. */
    private static final int KEPT = 0x1030;

    /** The control block of who is kept here, and in its lowest bits the number of the protocol by which it is spoken to. */
    private static final int KEEPER = KEPT + 8;

    private static final int MARK = KEPT + 16;

    /** Grows with each change of the interpreter's ways or of a control block's layout: twins outlive the tool that made them. */
    private static final int PROTOCOL = 1;

    /** The word with the id of a process whose registers lead it here, from before they do. */
    private static final int AWAITED = 0x1060;

    private static final int PIVOT = 0x1800;
    private static final int BLOCKS = 0x2000;
    private static final int KEY_MARK = 0x52500000;
    private static final int KEY_SPACE = 0x10000;
    /** /SYSV, then the key in eight digits. */
    private static final String NAME = "/SYSV5250";

    private static final int PAGE = 4096;
    /** From a segment's node on a robust list, in a page of ours before our view of it, to its LIFE word. */
    static final long NODE_TO_LIFE = PAGE + LIFE;

    private final int id;
    private final long size;
    private final long address;
    private final MemorySegment memory;
    private final MemorySegment node;
    private final Supervisor supervisor;
    private final IpcResidence residence;
    private int usedBlocks;
    private int blocks;
    private boolean isLeft;

    private Segment(
            Supervisor supervisor, IpcResidence residence, int id, long size, long address, MemorySegment memory) {
        this.supervisor = supervisor;
        this.residence = residence;
        this.id = id;
        this.size = size;
        this.address = address;
        this.memory = memory;
        this.node = Native.at(memory.address() - PAGE, Long.BYTES);
    }

    /** The bytes a segment takes for so many threads and so large programs. */
    public static long sizeFor(int threads, long programBytes) {
        return (BLOCKS + (long) ControlBlock.SIZE * threads + programBytes + PAGE - 1) & -PAGE;
    }

    /** A new segment in our own IPC namespace. */
    public static Segment create(Tracer tracer, int threads, long programBytes, long address) throws KernelException {
        return create(tracer, IpcResidence.OWN, threads, programBytes, address);
    }

    /**
     * A new segment, attached here, to be attached by a tracee of this IPC namespace at {@code address}; its LIFE word stands
     * on the tracer thread's robust list from now on.
     */
    public static Segment create(Tracer tracer, IpcResidence residence, int threads, long programBytes, long address)
            throws KernelException {
        long size = sizeFor(threads, programBytes);
        Segment segment = attach(tracer, residence, size, address);
        segment.blocks = threads;
        segment.put(0, Interpreter.code());
        segment.memory.set(JAVA_LONG, DESCRIPTOR, -1);
        segment.supervisor.guard(segment.node, segment.life());
        return segment;
    }

    /**
     * One that a tool has left, attached here, with its LIFE word ours from now on; null while that is another's. What is in it is
     * not ours to lay out.
     */
    static @Nullable Segment adopt(Tracer tracer, int id, long size, long address) throws KernelException {
        MemorySegment memory = Shm.attachBehind(PAGE, id, size);
        Segment segment = new Segment(tracer.supervisor(), IpcResidence.OWN, id, size, address, memory);
        if (segment.supervisor.takeOver(segment.node, segment.life())) {
            return segment;
        }
        Shm.detachWithFront(memory, PAGE);
        return null;
    }

    /** From a mapping of one: where it is mapped as a whole. */
    static long base(Mapping mapping) {
        return mapping.start() - mapping.offset();
    }

    // It is not marked to go before the tracee has it: should we die while that is on its way in, it must still find
    // it.
    private static Segment attach(Tracer tracer, IpcResidence residence, long size, long address)
            throws KernelException {
        Supervisor supervisor = tracer.supervisor();
        try (IpcResidence.Stay _ = residence.enter()) {
            int id = newId(tracer, size);
            try {
                MemorySegment memory = Shm.attachBehind(PAGE, id, size);
                return new Segment(supervisor, residence, id, size, address, memory);
            } catch (KernelException failure) {
                Shm.remove(id);
                throw failure;
            }
        }
    }

    // The key makes leftovers of dead tools recognisable; it is gone with IPC_RMID.
    private static int newId(Tracer tracer, long size) throws KernelException {
        while (true) {
            try {
                return Shm.create(KEY_MARK | tracer.nextKey() & (KEY_SPACE - 1), size);
            } catch (KernelException failure) {
                if (failure.errno() != Errno.EEXIST) {
                    throw failure;
                }
            }
        }
    }

    /** Whether a mapping is a segment of a tool, alive or dead: the kernel names it by its key. */
    public static boolean isOne(Mapping mapping) {
        return mapping.path().startsWith(NAME);
    }

    /** Where a mapping of one has the word that says whether who is parked in it outlives its tool (1). */
    public static RemoteAddress kept(Mapping mapping) {
        return new RemoteAddress(base(mapping) + KEPT);
    }

    /** Whether a System V key is one of ours: of a tool that is about to attach it, or has died before. */
    public static boolean isOurs(int key) {
        return (key & -KEY_SPACE) == KEY_MARK;
    }

    /** Where its id means it. */
    public IpcResidence residence() {
        return residence;
    }

    /** The System V identifier. */
    public int id() {
        return id;
    }

    /** Its length in bytes. */
    public long size() {
        return size;
    }

    /** Where the tracee maps it. */
    public RemoteAddress address() {
        return new RemoteAddress(address);
    }

    /** Gives it to a user, who may then attach it. */
    void giveTo(int uid, int gid) throws KernelException {
        try (IpcResidence.Stay _ = residence.enter()) {
            Shm.setOwner(id, uid, gid);
        }
    }

    /** Our own view of it. */
    public MemorySegment memory() {
        return memory;
    }

    /** Our view of a place in it that the tracee knows by its address. */
    public MemorySegment at(long remote, long bytes) {
        return memory.asSlice(remote - address, bytes);
    }

    /** The LIFE word, in our own mapping. */
    public MemorySegment life() {
        return memory.asSlice(LIFE, 8);
    }

    /** What LIFE holds while we live. */
    int lifeValue() {
        return supervisor.lifeValue();
    }

    /** Where LIFE is in the others' mapping: the kernel marks it when its supervisor dies, and who waits for us waits for it, too. */
    public long lifeAddress() {
        return address + LIFE;
    }

    /** The word that holds a descriptor which the way home must close. */
    public RemoteAddress descriptorWord() {
        return new RemoteAddress(address + DESCRIPTOR);
    }

    /** The word that is 1 as long as nobody but the host may go home. */
    long standstillAddress() {
        return address + STANDSTILL;
    }

    /** Says whether somebody but the host may go home. */
    void setStandstill(boolean isOne) {
        WORD.setVolatile(memory, (long) STANDSTILL, isOne ? 1 : 0);
    }

    /** The word that is 1 when a copy that is parked here is not to end with us. */
    long keptAddress() {
        return address + KEPT;
    }

    /** Gives the copy that will be parked here something that it is known by. */
    TwinMark mark() throws KernelException {
        TwinMark mark = TwinMark.newAt(keptAddress());
        put(MARK, mark.mark().toArray());
        return mark;
    }

    /** Says who will be spoken to when it is kept. */
    void setKeeper(Control control) {
        memory.set(JAVA_LONG, KEEPER, control.address() | PROTOCOL);
    }

    /** Where a mapping of one says so. */
    static RemoteAddress keeper(Mapping mapping) {
        return new RemoteAddress(base(mapping) + KEEPER);
    }

    /** Whether what stands there means one that understands us. */
    static boolean isSpokenTo(long keeper) {
        return (keeper & ControlBlock.SIZE - 1) == PROTOCOL;
    }

    /** Who is kept in one that is adopted. */
    Control keeper() {
        long offset = (memory.get(JAVA_LONG, KEEPER) & -ControlBlock.SIZE) - address;
        return new Control(this, memory.asSlice(offset, ControlBlock.SIZE), address + offset, supervisor.lifeValue());
    }

    /** Whether who is kept in it is known by a mark, which stands at its place. */
    boolean isMarked(TwinMark mark) {
        return mark.word() == keptAddress()
                && (int) WORD.getVolatile(memory, (long) KEPT) == 1
                && Bytes.of(memory.asSlice(MARK, Twin.MARK).toArray(JAVA_BYTE)).equals(mark.mark());
    }

    /** Says whether it outlives us: one store, which is all that there is between the one and the other. */
    void setKept(boolean isKept) {
        WORD.setVolatile(memory, (long) KEPT, isKept ? 1 : 0);
    }

    /** Says who is on its way in from now on, or 0: should we die, it must find the segment, however late it comes. */
    void await(int pid) {
        WORD.setVolatile(memory, (long) AWAITED, pid);
    }

    /** Who is on its way into a segment that a dead tool has left; 0: nobody, or nobody who could be told. */
    static int awaitedIn(int id) {
        try {
            long address = Shm.attach(id, Shm.SHM_RDONLY);
            try {
                return Native.at(address, BLOCKS).get(JAVA_INT, AWAITED);
            } finally {
                Shm.detach(address);
            }
        } catch (KernelException goneOrDenied) {
            return 0;
        }
    }

    /** The interpreter's loop in the tracee. */
    long interpreterAddress() {
        return address + Interpreter.LOOP;
    }

    /** Where a thread starts that only waits for commands: r13 must hold its control block. */
    public long parkAddress() {
        return address + Interpreter.PARK;
    }

    long pivotAddress() {
        return address + PIVOT;
    }

    void putPivot(long offset, long word) {
        memory.set(JAVA_LONG, PIVOT + offset, word);
    }

    /** Where the control block of a segment's {@code index}-th thread will be, for a plan made before the segment. */
    public static long controlAddress(long segment, int index) {
        return segment + BLOCKS + (long) index * ControlBlock.SIZE;
    }

    /** Where programs go: the address behind the control blocks. */
    public long programsAddress() {
        return address + BLOCKS + (long) blocks * ControlBlock.SIZE;
    }

    /** The room for programs. */
    public long programsSize() {
        return address + size - programsAddress();
    }

    /** The next free control block, with its stubs, ready to be filled. */
    public Control newControl() {
        if (usedBlocks == blocks) {
            throw new IllegalStateException("more threads than control blocks: " + blocks);
        }
        long offset = BLOCKS + (long) usedBlocks++ * ControlBlock.SIZE;
        put(offset, HomeStub.code());
        return new Control(this, memory.asSlice(offset, ControlBlock.SIZE), address + offset, supervisor.lifeValue());
    }

    void put(long offset, byte[] bytes) {
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, offset, bytes.length);
    }

    /** Copies an encoded program to a place the tracee knows by its address. */
    void putAt(long remote, byte[] bytes) {
        put(remote - address, bytes);
    }

    /** Marks it to go with its last attachment. */
    public void remove() {
        try (IpcResidence.Stay _ = residence.enter()) {
            Shm.remove(id);
        } catch (KernelException gone) {
            // its namespace has ended, and with it all that was in it
        }
    }

    /**
     * Somebody may be on the way in, and there is nothing that we can do about it any more: the segment stays for whoever
     * comes, and goes with the first who goes home.
     */
    void leaveToOthers() {
        isLeft = true;
    }

    /** Detaches our side and makes sure that nothing stays behind; who is still inside, or comes in, goes home now. */
    @Override
    public void close() {
        supervisor.giveUp(life());
        supervisor.unguard(node);
        Shm.detachWithFront(memory, PAGE);
        if (!isLeft) {
            remove();
        }
    }
}
