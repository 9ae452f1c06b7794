/** What a process set is, and its bytes. */
@SuppressWarnings("module") // the module it is exported to is compiled after this one
module dev.reprise.image {
    requires static transitive org.jspecify;
    requires aircompressor.v3;
    requires com.google.protobuf;
    requires jdk.unsupported; // for aircompressor, which says nothing about itself

    exports dev.reprise.image;
    exports dev.reprise.image.state;
    exports dev.reprise.image.codec.v1 to
            dev.reprise.engine;
    exports dev.reprise.image.filter to
            dev.reprise.engine;
    exports dev.reprise.image.store to
            dev.reprise.engine;
    exports dev.reprise.image.stream to
            dev.reprise.engine;
}
