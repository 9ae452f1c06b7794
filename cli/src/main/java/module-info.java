/** The command line: one class per command, on top of the public API. */
module dev.reprise.cli {
    requires static transitive org.jspecify;
    requires dev.reprise.engine;
    requires info.picocli;

    opens dev.reprise.cli to
            info.picocli;
}
