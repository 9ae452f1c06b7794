package dev.reprise.cli;

import dev.reprise.engine.NonBlockingOutput;
import dev.reprise.engine.model.Progress;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Progress as a command line has it: warnings on stderr, given up on Ctrl-C, how far it has come as the user wants it. */
final class Reporting implements Progress, AutoCloseable {
    private final Console console;
    private final GivingUp givingUp;
    private final PrintStream err;
    private final ProgressLine line;
    private final Runnable closing;
    private final List<Phase> phases = new ArrayList<>();

    /** Without a word of how far it has come. */
    Reporting(Console console, GivingUp givingUp) {
        this(console, givingUp, System.err, ProgressLine.NONE, () -> {});
    }

    /** As it is asked for; what is said while programs are frozen waits for no reader until the end. */
    static Reporting of(Console console, GivingUp givingUp, ProgressArguments arguments) {
        PrintStream err = new PrintStream(new NonBlockingOutput(ProgressArguments.STDERR), false, System.err.charset());
        return new Reporting(console, givingUp, err, arguments.line(err), err::close);
    }

    private Reporting(Console console, GivingUp givingUp, PrintStream err, ProgressLine line, Runnable closing) {
        this.console = console;
        this.givingUp = givingUp;
        this.err = err;
        this.line = line;
        this.closing = closing;
    }

    GivingUp givingUp() {
        return givingUp;
    }

    @Override
    public void phase(String name) {
        long now = System.nanoTime();
        phases.add(new Phase(name, now));
        line.phase(name);
    }

    /** The phases until now, and when each began, by System.nanoTime. */
    List<Phase> phases() {
        return phases;
    }

    /** One of them. */
    record Phase(String name, long startNanos) {}

    @Override
    public void bytes(long done, long total) {
        line.bytes(done, total);
    }

    @Override
    public void warning(String text) {
        line.end();
        console.warning(err, text);
    }

    @Override
    public boolean isCancelled() {
        return givingUp.isAsked();
    }

    @Override
    public void close() {
        line.end();
        closing.run();
    }
}
