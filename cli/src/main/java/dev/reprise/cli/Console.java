package dev.reprise.cli;

import dev.reprise.engine.model.Reason;
import dev.reprise.engine.model.Refusal;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Option;

/** What every command says on stderr, and how much: one line that names the thing, where it is and what would help. */
final class Console {
    @Option(names = "--debug", description = "Print stack traces of errors.")
    private boolean debug;

    /** Why a command failed. */
    void error(Reason reason, Throwable thrown) {
        System.err.println("reprise: " + oneLine(reason.text()));
        if (reason instanceof Reason.Unsupported unsupported) {
            refusals(unsupported.refusals());
        }
        if (reason instanceof Reason.Unproved unproved) {
            unproved.flaws().forEach(flaw -> System.err.println("  " + oneLine(flaw)));
        }
        trace(thrown);
    }

    /** Why a command failed. */
    void error(String text, Throwable thrown) {
        System.err.println("reprise: " + oneLine(text));
        trace(thrown);
    }

    private void trace(Throwable thrown) {
        if (debug) {
            thrown.printStackTrace();
        }
    }

    /** Something to know though nothing failed; not while anything is frozen. */
    void warning(String text) {
        warning(System.err, text);
    }

    /** The same, to what stderr is written through. */
    void warning(PrintStream err, String text) {
        err.println("reprise: warning: " + oneLine(text));
        err.flush();
    }

    private static void refusals(List<Refusal> refusals) {
        for (Refusal refusal : refusals) {
            System.err.println("  " + oneLine(refusal.toString()));
        }
    }

    // File and process names may hold anything, line feeds and escape sequences too.
    static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            line.append(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c);
        }
        return line.toString();
    }
}
