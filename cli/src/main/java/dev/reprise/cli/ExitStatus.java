package dev.reprise.cli;

/** What a command's exit status says (CONTRACT.md, "Command line"). */
final class ExitStatus {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;
    static final int REFUSED = 3;

    /** Of a restore in the foreground that failed before its program ran: below it, statuses are the program's. */
    static final int NOT_STARTED = 125;

    private ExitStatus() {}
}
