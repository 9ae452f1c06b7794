/** The door to the Linux kernel; nothing of ours below it. */
@SuppressWarnings("module") // the module it is exported to is compiled after this one
module dev.reprise.kernel {
    requires static transitive org.jspecify;

    exports dev.reprise.kernel to
            dev.reprise.engine;
    exports dev.reprise.kernel.x86_64 to
            dev.reprise.engine;
}
