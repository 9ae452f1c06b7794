package dev.reprise.cli;

import dev.reprise.engine.model.Target;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Which processes a command is about. */
final class TargetArguments {
    @Parameters(paramLabel = "PID", arity = "0..1", description = "The process, with all below it.")
    private @Nullable Integer pid;

    @Option(names = "--only", description = "The process PID alone.")
    private boolean only;

    @Option(
            names = "--cgroup",
            paramLabel = "PATH",
            description = "All processes of a control group, and of those below it.")
    private @Nullable Path cgroup;

    @Option(
            names = "--pid-namespace-of",
            paramLabel = "PID",
            description = "All processes of the pid namespace that PID lives in.")
    private @Nullable Integer namespaceOf;

    /** What the words mean; a wrong usage is thrown. */
    Target target(CommandSpec spec) {
        int named = (pid == null ? 0 : 1) + (cgroup == null ? 0 : 1) + (namespaceOf == null ? 0 : 1);
        if (named != 1) {
            throw wrong(spec, "exactly one of PID, --cgroup and --pid-namespace-of says what is meant");
        }
        if (only && pid == null) {
            throw wrong(spec, "--only needs a PID");
        }
        if (cgroup != null) {
            return new Target.Cgroup(cgroup);
        }
        if (namespaceOf != null) {
            return new Target.PidNamespaceOf(positive(spec, namespaceOf));
        }
        int process = positive(spec, pid == null ? 0 : pid);
        return only ? new Target.Only(process) : new Target.Tree(process);
    }

    private static int positive(CommandSpec spec, int pid) {
        if (pid <= 0) {
            throw wrong(spec, "PID must be positive, not " + pid);
        }
        return pid;
    }

    private static ParameterException wrong(CommandSpec spec, String text) {
        return new ParameterException(spec.commandLine(), text);
    }
}
