package dev.reprise.engine.program;

/** An argument of an {@link Entry}: known when the program is encoded, or read when the entry runs. */
public sealed interface Arg permits Arg.Value, Arg.Loaded, Step, Slot, Slot.Content, Label {
    /** A plain number. */
    record Value(long value) implements Arg {}

    /** Eight bytes read from an absolute address when the entry runs. */
    record Loaded(long address) implements Arg {}

    /** A plain number. */
    static Arg of(long value) {
        return new Value(value);
    }

    /** What stands in a slot when the entry runs. */
    static Arg contentOf(Slot slot) {
        return new Slot.Content(slot);
    }
}
