package dev.reprise.cli;

import dev.reprise.image.state.EnteredNamespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The namespaces that a program is restored in. */
final class NamespaceArguments {
    @Option(
            names = "--namespace",
            paramLabel = "net|mnt=FILE",
            description =
                    "Restore in the network or mount namespace of FILE, e.g. net=/run/netns/blue or mnt=/proc/PID/ns/mnt. Without it"
                            + " a program goes back to those that it was in. Can be given for both.")
    private List<String> namespaces = new ArrayList<>();

    /** The file of each; usage errors for what is none. */
    Map<EnteredNamespace.Kind, Path> files(CommandSpec spec) {
        Map<EnteredNamespace.Kind, Path> files = new EnumMap<>(EnteredNamespace.Kind.class);
        for (String one : namespaces) {
            int at = one.indexOf('=') + 1;
            if (at == 0 || at == one.length()) {
                throw new ParameterException(spec.commandLine(), "--namespace " + one + ": not net=FILE or mnt=FILE");
            }
            EnteredNamespace.Kind kind = switch (one.substring(0, at)) {
                case "net=" -> EnteredNamespace.Kind.NETWORK;
                case "mnt=" -> EnteredNamespace.Kind.MOUNT;
                default ->
                    throw new ParameterException(
                            spec.commandLine(), "--namespace " + one + ": it can be net=FILE or mnt=FILE");
            };
            if (files.put(kind, WorkingDirectory.path(one.substring(at)).toAbsolutePath()) != null) {
                throw new ParameterException(spec.commandLine(), "--namespace " + one + ": it is given twice");
            }
        }
        return files;
    }
}
