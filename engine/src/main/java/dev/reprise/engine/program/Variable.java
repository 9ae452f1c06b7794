package dev.reprise.engine.program;

/** A number of a program that changes while it runs. */
public final class Variable {
    private final ProgramBuilder p;
    private final Slot slot;

    /** One that begins as a number that is known now. */
    public Variable(ProgramBuilder p, long first) {
        this.p = p;
        this.slot = p.longs(first);
    }

    /** Its value, when the entry runs. */
    public Arg value() {
        return Arg.contentOf(slot);
    }

    /** Where it is. */
    public Slot slot() {
        return slot;
    }

    /** Adds: it becomes a value. */
    public void set(Arg value) {
        p.store8(slot, value);
    }

    /** Adds: it grows by a value. */
    public void add(Arg value) {
        set(p.add(value(), value));
    }

    /** Adds: it grows by a number. */
    public void add(long number) {
        add(Arg.of(number));
    }
}
