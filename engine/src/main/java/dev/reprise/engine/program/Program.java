package dev.reprise.engine.program;

import dev.reprise.kernel.Faults;
import dev.reprise.kernel.x86_64.SyscallNumbers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A finished syscall program: entries, then data; position-dependent only once it is encoded.
 *
 * <p>Pure: it knows neither memory nor a process. {@link Interpreter} runs it.
 */
public final class Program {
    private static final int ALIGNMENT = 64;

    private final List<Entry> entries;
    private final List<String> subjects;
    private final byte[] data;

    Program(List<Entry> entries, List<String> subjects, byte[] data) {
        this.entries = List.copyOf(entries);
        this.subjects = subjects;
        this.data = data;
    }

    /** The bytes it takes, entries and data. */
    public long size() {
        return dataStart() + data.length + (-data.length & (ALIGNMENT - 1));
    }

    /** The number of entries. */
    public int entryCount() {
        return entries.size();
    }

    /** Its bytes for the absolute address {@code base} (64-byte aligned) where it will run. */
    public byte[] encode(long base) {
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(size())).order(ByteOrder.LITTLE_ENDIAN);
        for (Entry entry : entries) {
            encode(Faults.POSSIBLE ? orFault(entry) : entry, base, out);
        }
        out.put(data);
        return out.array();
    }

    // A test wants the call to fail: the error is computed in its place, and judged as the call's would be.
    private static Entry orFault(Entry entry) {
        long error = entry.number() < Operation.FIRST ? Faults.ofRemote(entry.number()) : Faults.NONE;
        return error == Faults.NONE
                ? entry
                : new Entry(Operation.ADD.number(), entry.flags(), List.of(Arg.of(error), Arg.of(0)), entry.wanted());
    }

    private void encode(Entry entry, long base, ByteBuffer out) {
        int flags = entry.flags();
        for (int i = 0; i < entry.args().size(); i++) {
            if (isLoaded(entry.args().get(i))) {
                flags |= 1 << i;
            }
        }
        out.putInt(entry.number()).putInt(flags);
        for (int i = 0; i < Entry.MAX_ARGS; i++) {
            out.putLong(i < entry.args().size() ? word(entry.args().get(i), base) : 0);
        }
        out.putLong(entry.wanted());
    }

    private static boolean isLoaded(Arg arg) {
        return switch (arg) {
            case Step _, Arg.Loaded _, Slot.Content _ -> true;
            case Arg.Value _, Slot _, Label _ -> false;
        };
    }

    private long word(Arg arg, long base) {
        return switch (arg) {
            case Arg.Value value -> value.value();
            case Arg.Loaded loaded -> loaded.address();
            case Step step -> base + resultOffset(step);
            case Slot slot -> base + slotOffset(slot);
            case Slot.Content content -> base + slotOffset(content.slot());
            case Label label -> base + entryOffset(label.index());
        };
    }

    /** Where entry {@code index} lies, from the program's start. */
    public static long entryOffset(int index) {
        return (long) Entry.SIZE * index;
    }

    /** Where a step's result lies, from the program's start. */
    public long resultOffset(Step step) {
        return entryOffset(step.index()) + Entry.RESULT;
    }

    /** Where a label leads, from the program's start. */
    public long labelOffset(Label label) {
        return entryOffset(label.index());
    }

    /** Where a slot's memory lies, from the program's start. */
    public long slotOffset(Slot slot) {
        return dataStart() + slot.offset();
    }

    private long dataStart() {
        return (long) Entry.SIZE * entries.size();
    }

    /** Whether an entry is an END: where a program stops that went well. */
    public boolean isEnd(int index) {
        return entries.get(index).number() == Operation.END.number();
    }

    /** Whether a program can stop at an entry because it failed. */
    public boolean canFail(int index) {
        return (entries.get(index).flags() & (Entry.STOP | Entry.EXPECT)) != 0;
    }

    /** An entry in words, e.g. {@code openat of /etc/passwd}, for the line a user sees when it failed. */
    public String describe(int index) {
        int number = entries.get(index).number();
        String subject = subjects.get(index);
        if (number >= Operation.FIRST && !subject.isEmpty()) {
            return subject;
        }
        String call = number < Operation.FIRST
                ? SyscallNumbers.nameOf(number)
                : Operation.of(number).toString();
        return subject.isEmpty() ? call + " (entry " + index + ")" : call + " of " + subject;
    }

    /** The system call's name at an entry. */
    public String callName(int index) {
        return SyscallNumbers.nameOf(entries.get(index).number());
    }

    /** What an entry is about; empty when nothing was said. */
    public String subject(int index) {
        return subjects.get(index);
    }
}
