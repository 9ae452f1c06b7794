package dev.reprise.cli;

import dev.reprise.engine.model.OutsideLinks;
import dev.reprise.engine.model.OutsideTcp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What becomes of open files that lead out of what is checkpointed. */
final class LinkArguments {
    @Option(
            names = "--tcp",
            paramLabel = "refuse|reset|keep",
            defaultValue = "refuse",
            description = "What becomes of TCP connections to the outside. refuse (default): no checkpoint;"
                    + " reset: restored, the program sees ECONNRESET, while the original keeps them;"
                    + " keep: not yet, it comes with live migration.")
    private Tcp tcp = Tcp.REFUSE;

    @Option(
            names = "--external",
            paramLabel = "KEY=HOW",
            description =
                    "What becomes of one open file, or of shared memory; explain tells the KEY. inherit: restore is handed another for"
                            + " it (--inherit FD=KEY), and nothing of it is saved; cut: the program has its own afterwards, as"
                            + " if all outside had closed theirs (a pipe ends, a TCP connection is reset, a shared file or memory"
                            + " is copied); refuse: no checkpoint. Can be given several times.")
    private List<String> external = new ArrayList<>();

    /** What is to become of TCP connections to the outside. */
    enum Tcp {
        REFUSE,
        RESET,
        KEEP
    }

    /** All of it; usage errors for what cannot be. */
    OutsideLinks links(CommandSpec spec) {
        if (tcp == Tcp.KEEP) {
            throw new ParameterException(
                    spec.commandLine(), "--tcp=keep comes with live migration: use --tcp=reset or --tcp=refuse");
        }
        Map<String, OutsideLinks.Fate> fates = new HashMap<>();
        for (String one : external) {
            int at = one.lastIndexOf('=');
            if (at < 1) {
                throw new ParameterException(spec.commandLine(), "--external " + one + ": not KEY=HOW");
            }
            String key = one.substring(0, at);
            if (fates.put(key, fate(spec, one, one.substring(at + 1))) != null) {
                throw new ParameterException(spec.commandLine(), "--external " + key + " is given twice");
            }
        }
        return new OutsideLinks(tcp == Tcp.RESET ? OutsideTcp.RESET : OutsideTcp.REFUSE, fates);
    }

    private static OutsideLinks.Fate fate(CommandSpec spec, String argument, String how) {
        for (OutsideLinks.Fate fate : OutsideLinks.Fate.values()) {
            if (fate.name().toLowerCase(Locale.ROOT).equals(how)) {
                return fate;
            }
        }
        throw new ParameterException(
                spec.commandLine(), "--external " + argument + ": HOW is one of inherit, cut and refuse");
    }
}
