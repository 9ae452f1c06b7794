package dev.reprise.acceptance;

/** A way in which every guest is run; the names are those of opt-outs in guests' headers. */
enum Way {
    CONTROL("control", "without a checkpoint"),
    SABOTAGE("sabotage", "broken on purpose, it fails"),
    RESUME("resume", "checkpointed, it runs on"),
    COPY_ON_WRITE("copy-on-write", "copied on write, killed and restored"),
    TWIN("twin", "kept by its twins, killed and restored"),
    RESTORE("restore", "kill and restore"),
    PIPE("pipe", "through a pipe"),
    TWICE("row", "twice in a row"),
    PID_NAMESPACE("pid-namespace", "in a new pid namespace"),
    EXECUTABLE("executable", "as an executable"),
    PROOF("proof", "proved, it runs on"),
    LAZY("lazy", "restored before its memory is there");

    private final String id;
    private final String title;

    Way(String id, String title) {
        this.id = id;
        this.title = title;
    }

    String id() {
        return id;
    }

    String title() {
        return title;
    }
}
