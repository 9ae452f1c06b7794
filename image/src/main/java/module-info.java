/** What a process set is, and its bytes. */
@SuppressWarnings("module") // the module it is exported to is compiled after this one
module dev.reprise.image {
    requires static transitive org.jspecify;
    requires com.google.protobuf;

    exports dev.reprise.image;
    exports dev.reprise.image.state;
    exports dev.reprise.image.codec.v1 to
            dev.reprise.engine;
    exports dev.reprise.image.stream to
            dev.reprise.engine;
}
