/** Checkpoint and restore as a library: the root package is the public API. */
module dev.reprise.engine {
    requires static transitive org.jspecify;
    requires transitive dev.reprise.image;
    requires dev.reprise.kernel;

    exports dev.reprise.engine;
    exports dev.reprise.engine.model;
}
