package dev.reprise.cli;

import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command's manual page (man 7 man), from what picocli knows about the command. */
final class ManPage {
    private final StringBuilder page = new StringBuilder(2048);
    private final CommandSpec spec;

    private ManPage(CommandSpec spec) {
        this.spec = spec;
    }

    static String of(CommandSpec spec) {
        return new ManPage(spec).write();
    }

    private String write() {
        String name = spec.qualifiedName("-");
        String[] description = spec.usageMessage().description();
        page.append(".TH ").append(name.toUpperCase(java.util.Locale.ROOT)).append(" 1 \"\" Reprise\n");
        section("NAME");
        text(name + " - " + (description.length == 0 ? spec.name() : description[0]));
        section("SYNOPSIS");
        text(new CommandLine.Help(spec, CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .synopsis(0)
                .strip());
        if (description.length > 1) {
            section("DESCRIPTION");
            for (int i = 1; i < description.length; i++) {
                text(description[i]);
                page.append(".PP\n");
            }
        }
        arguments();
        options();
        entries("EXIT STATUS", spec.usageMessage().exitCodeList());
        commands();
        footer();
        return page.toString();
    }

    private void arguments() {
        if (!spec.positionalParameters().isEmpty()) {
            section("ARGUMENTS");
            for (PositionalParamSpec parameter : spec.positionalParameters()) {
                entry(parameter.paramLabel(), String.join(" ", parameter.description()));
            }
        }
    }

    private void options() {
        section("OPTIONS");
        for (OptionSpec option : spec.options()) {
            String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
            entry(String.join(", ", option.names()) + value, String.join(" ", option.description()));
        }
    }

    private void entries(String title, Map<String, String> entries) {
        if (!entries.isEmpty()) {
            section(title);
            entries.forEach(this::entry);
        }
    }

    private void commands() {
        if (!spec.subcommands().isEmpty()) {
            entries(
                    "COMMANDS",
                    spec.subcommands().values().stream()
                            .distinct()
                            .map(CommandLine::getCommandSpec)
                            .collect(Collectors.toMap(
                                    CommandSpec::name,
                                    s -> s.usageMessage().description().length == 0
                                            ? ""
                                            : s.usageMessage().description()[0],
                                    (a, _) -> a,
                                    java.util.LinkedHashMap::new)));
        }
    }

    private void footer() {
        if (spec.usageMessage().footer().length > 0) {
            section("EXAMPLES");
            page.append(".nf\n");
            for (String line : spec.usageMessage().footer()) {
                text(line);
            }
            page.append(".fi\n");
        }
    }

    private void section(String title) {
        page.append(".SH ").append(title).append('\n');
    }

    private void entry(String term, String text) {
        page.append(".TP\n.B ").append(escape(term)).append('\n');
        text(text);
    }

    private void text(String text) {
        page.append(escape(text)).append('\n');
    }

    // A hyphen of a command line stays one that can be copied; a line must not begin with a control character.
    private static String escape(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
