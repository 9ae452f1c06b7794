package dev.reprise.cli;

import dev.reprise.engine.model.Progress;

/** Progress as a command line has it: warnings on stderr, given up on Ctrl-C, how far it has come as the user wants it. */
final class Reporting implements Progress, AutoCloseable {
    private final Console console;
    private final GivingUp givingUp;
    private final ProgressLine line;

    /** Without a word of how far it has come. */
    Reporting(Console console, GivingUp givingUp) {
        this(console, givingUp, ProgressLine.NONE);
    }

    Reporting(Console console, GivingUp givingUp, ProgressLine line) {
        this.console = console;
        this.givingUp = givingUp;
        this.line = line;
    }

    GivingUp givingUp() {
        return givingUp;
    }

    @Override
    public void phase(String name) {
        line.phase(name);
    }

    @Override
    public void bytes(long done, long total) {
        line.bytes(done, total);
    }

    @Override
    public void warning(String text) {
        line.end();
        console.warning(text);
    }

    @Override
    public boolean isCancelled() {
        return givingUp.isAsked();
    }

    @Override
    public void close() {
        line.end();
    }
}
