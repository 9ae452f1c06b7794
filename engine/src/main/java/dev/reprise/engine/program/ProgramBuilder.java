package dev.reprise.engine.program;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Builds a syscall program: what is to be done inside another process, without touching any memory yet.
 *
 * <p>Slots and steps are symbolic until {@link Program#encode} gives the program its address.
 */
public final class ProgramBuilder {
    private static final int ALIGNMENT = 64;

    private final Set<Integer> optional;
    private final boolean isForAnyone;
    private final Map<Integer, Arg> newIds = new HashMap<>();
    private final List<Entry> entries = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private byte[] data = new byte[1024];
    private int dataSize;

    /** A program in which every {@link #call} must succeed. */
    public ProgramBuilder() {
        this(Set.of(), false);
    }

    /** A program that does without the system calls with these numbers where they are not allowed. */
    public ProgramBuilder(Set<Integer> optional) {
        this(optional, true);
    }

    private ProgramBuilder(Set<Integer> optional, boolean isForAnyone) {
        this.optional = Set.copyOf(optional);
        this.isForAnyone = isForAnyone;
    }

    /** A program in which every {@link #call} must succeed, but for the system calls with these numbers. */
    public static ProgramBuilder holdingBack(Set<Integer> numbers) {
        return new ProgramBuilder(numbers, false);
    }

    /** A system call that must succeed: the program stops at it otherwise. */
    public Step call(int number, Arg... args) {
        return add(number, optional.contains(number) ? 0 : Entry.STOP, 0, args);
    }

    /** {@link #call(int, Arg...)} with plain numbers. */
    public Step call(int number, long... args) {
        return call(number, values(args));
    }

    /** {@link #call(int, Arg...)} without arguments. */
    public Step call(int number) {
        return call(number, new Arg[0]);
    }

    /** A call that takes a privilege: done without where {@link #ProgramBuilder(Set) anything} is. */
    public Step privileged(int number, Arg... args) {
        return isForAnyone() ? attempt(number, args) : call(number, args);
    }

    /** Whether it does without what takes a privilege that it has not. */
    public boolean isForAnyone() {
        return isForAnyone;
    }

    /** {@link #privileged(int, Arg...)} with plain numbers. */
    public Step privileged(int number, long... args) {
        return privileged(number, values(args));
    }

    /** Says that a task of the image has another id where this program runs. */
    public void rename(int id, Arg now) {
        newIds.put(id, now);
    }

    /** Whether an id of the image is another one where this program runs. */
    public boolean isRenamed(int id) {
        return newIds.containsKey(id);
    }

    /** What an id of the image is where this program runs: itself, unless {@link #rename} says otherwise. */
    public Arg id(int id) {
        return newIds.getOrDefault(id, Arg.of(id));
    }

    /** A system call whose result may be anything. */
    public Step attempt(int number, Arg... args) {
        return add(number, 0, 0, args);
    }

    /** {@link #attempt(int, Arg...)} with plain numbers. */
    public Step attempt(int number, long... args) {
        return attempt(number, values(args));
    }

    /** A system call that must return {@code wanted}: the program stops at it otherwise. */
    public Step expect(long wanted, int number, Arg... args) {
        return add(number, optional.contains(number) ? 0 : Entry.EXPECT, wanted, args);
    }

    /** A clone: the parent goes on with the next entry (result: the child's id), the child at {@code child}. */
    public Step fork(int number, Label child, Arg... args) {
        Step step = add(number, Entry.STOP | Entry.FORK, 0, args);
        go(child);
        return step;
    }

    /** The same that may fail: the parent goes on all the same. */
    public Step attemptFork(int number, Label child, Arg... args) {
        Step step = add(number, Entry.FORK, 0, args);
        go(child);
        return step;
    }

    /** The end: DONE is published, the thread parks. */
    public Step end() {
        return operation(Operation.END);
    }

    /** Goes on at {@code target}. */
    public void go(Label target) {
        operation(Operation.GOTO, target);
    }

    /** Jumps to machine code. */
    public void jump(Arg code) {
        operation(Operation.JUMP, code);
    }

    /** Writes eight bytes. */
    public void store8(Arg address, Arg value) {
        operation(Operation.STORE8, address, value);
    }

    /** Writes four bytes. */
    public void store4(Arg address, Arg value) {
        operation(Operation.STORE4, address, value);
    }

    /** Copies bytes. */
    public void copy(Arg to, Arg from, Arg length) {
        operation(Operation.COPY, to, from, length);
    }

    /** The sum of two arguments. */
    public Step add(Arg a, Arg b) {
        return operation(Operation.ADD, a, b);
    }

    /** The bits that two arguments have in common. */
    public Step and(Arg a, Arg b) {
        return operation(Operation.AND, a, b);
    }

    /** An argument shifted right, zeros coming in. */
    public Step shiftRight(Arg a, Arg bits) {
        return operation(Operation.SHIFT_RIGHT, a, bits);
    }

    /** Four bytes at an address, without sign: an int that a call stored (pipe2's descriptors). */
    public Step load4(Arg address) {
        return operation(Operation.LOAD4, address);
    }

    /** Goes on at {@code target} when both are equal. */
    public void jumpIfEqual(Arg a, Arg b, Label target) {
        operation(Operation.JUMP_IF_EQUAL, a, b, target);
    }

    /** Goes on at {@code target} when the eight bytes at {@code address} have a bit of {@code mask}. */
    public void jumpIfAny(Arg address, Arg mask, Label target) {
        operation(Operation.JUMP_IF_ANY, address, mask, target);
    }

    /** Goes on at {@code target} when the tracer is dead. */
    public void jumpIfDead(Label target) {
        operation(Operation.JUMP_IF_DEAD, target);
    }

    /** Sets the stack pointer; programs themselves use no stack. */
    public void setStackPointer(Arg address) {
        operation(Operation.SET_STACK_POINTER, address);
    }

    /** Gives the thread that runs this (a new one) its own control block. */
    public void setControl(Arg address) {
        operation(Operation.SET_CONTROL, address);
    }

    /** CPUID: eax, ebx, ecx and edx of a leaf and subleaf to 16 bytes at an address. */
    public void cpuid(int leaf, int subleaf, Arg address) {
        operation(Operation.CPUID, Arg.of(leaf), Arg.of(subleaf), address);
    }

    /** Stops unless {@code value} is the wanted one: with the words of {@link Step#about} alone. */
    public Step require(long wanted, Arg value) {
        return add(Operation.ADD.number(), Entry.EXPECT, wanted, value, Arg.of(0));
    }

    /** Stops unless the bytes at two addresses are equal: with the words of {@link Step#about} alone. */
    public Step requireEqual(Arg a, Arg b, long length) {
        return add(Operation.COMPARE.number(), Entry.EXPECT, 0, a, b, Arg.of(length));
    }

    /** 0 where the bytes at two addresses are equal, else 1. */
    public Step compare(Arg a, Arg b, long length) {
        return operation(Operation.COMPARE, a, b, Arg.of(length));
    }

    /** A place to jump to, not placed yet. */
    public Label label() {
        return new Label();
    }

    /** Places a label at the next entry. */
    public void place(Label label) {
        label.place(entries.size());
    }

    /** Zeroed memory, 64-byte aligned. */
    public Slot space(long size) {
        int start = dataSize + (-dataSize & (ALIGNMENT - 1));
        dataSize = Math.addExact(start, Math.toIntExact(size));
        if (dataSize > data.length) {
            data = Arrays.copyOf(data, Math.max(dataSize, 2 * data.length));
        }
        return new Slot(start, size);
    }

    /** Memory that holds {@code content}. */
    public Slot bytes(byte[] content) {
        Slot slot = space(content.length);
        System.arraycopy(content, 0, data, (int) slot.offset(), content.length);
        return slot;
    }

    /** A NUL-terminated string; a char is a byte (ISO 8859-1), as /proc readers return them. */
    public Slot string(String text) {
        byte[] content = text.getBytes(StandardCharsets.ISO_8859_1);
        return bytes(Arrays.copyOf(content, content.length + 1));
    }

    /** Memory that holds 64-bit words. */
    public Slot longs(long... words) {
        ByteBuffer buffer = ByteBuffer.allocate(8 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long word : words) {
            buffer.putLong(word);
        }
        return bytes(buffer.array());
    }

    /** Memory that holds 32-bit words. */
    public Slot ints(int... words) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            buffer.putInt(word);
        }
        return bytes(buffer.array());
    }

    /** The number of entries so far. */
    public int size() {
        return entries.size();
    }

    /** The finished program. */
    public Program build() {
        List<String> subjects = steps.stream().map(Step::subject).toList();
        return new Program(entries, subjects, Arrays.copyOf(data, dataSize));
    }

    private Step operation(Operation operation, Arg... args) {
        return add(operation.number(), 0, 0, args);
    }

    private Step add(int number, int flags, long wanted, Arg... args) {
        Step step = new Step(entries.size());
        entries.add(new Entry(number, flags, List.of(args), wanted));
        steps.add(step);
        return step;
    }

    private static Arg[] values(long... args) {
        return Arrays.stream(args).mapToObj(Arg::of).toArray(Arg[]::new);
    }
}
