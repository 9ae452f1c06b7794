package dev.reprise.cli;

import dev.reprise.engine.model.Progress;

/** Progress as a command line has it: warnings on stderr, given up on Ctrl-C. */
record Reporting(Console console, GivingUp givingUp) implements Progress {
    @Override
    public void warning(String text) {
        console.warning(text);
    }

    @Override
    public boolean isCancelled() {
        return givingUp.isAsked();
    }
}
