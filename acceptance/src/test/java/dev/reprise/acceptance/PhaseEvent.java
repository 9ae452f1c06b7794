package dev.reprise.acceptance;

import java.io.IOException;

/** What happens to a program while it is checkpointed. */
enum PhaseEvent {
    KILLED(""),
    EXECS("exec"),
    GAINS_A_THREAD("gain"),
    LOSES_A_THREAD("lose"),
    FORKS("fork"),
    STOPPED_AND_CONTINUED(""),
    GETS_A_SIGNAL("");

    private final String command;

    PhaseEvent(String command) {
        this.command = command;
    }

    /** Makes the program ready for it. */
    void prepare(PhaseTarget target) throws IOException, InterruptedException {
        if (this == LOSES_A_THREAD) {
            target.follow("gain");
            target.awaitFollowed();
        }
    }

    /** Lets it happen: at once where the program still runs, else when it runs again. */
    void happen(PhaseTarget target) throws IOException, InterruptedException {
        switch (this) {
            case KILLED -> Tasks.kill(target.pid(), Tasks.SIGKILL);
            case STOPPED_AND_CONTINUED -> {
                Tasks.kill(target.pid(), Tasks.SIGSTOP);
                Tasks.kill(target.pid(), Tasks.SIGCONT);
            }
            case GETS_A_SIGNAL -> target.signal();
            case EXECS, GAINS_A_THREAD, LOSES_A_THREAD, FORKS -> {
                target.follow(command);
                target.awaitFollowedOrFrozen();
            }
        }
    }

    /** Undoes what the program has become by it. */
    void settle(PhaseTarget target) throws IOException, InterruptedException {
        if (this == GAINS_A_THREAD) {
            target.follow("lose");
        } else if (this == FORKS) {
            target.follow("reap");
        }
        target.awaitFollowed();
    }
}
