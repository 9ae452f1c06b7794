package dev.reprise.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * All commands, and how one is run. The two commands that somebody waits for are parsed alone: building the whole tree
 * is 13 ms of cold reflection. A tree runs one command line: what that sets stays set.
 */
final class CommandTree {
    private final Supplier<CommandLine> checkpoint;
    private final Supplier<CommandLine> restore;
    private final Supplier<CommandLine> whole;

    private CommandTree(Supplier<CommandLine> checkpoint, Supplier<CommandLine> restore, Supplier<CommandLine> whole) {
        this.checkpoint = checkpoint;
        this.restore = restore;
        this.whole = whole;
    }

    /** Built as far as the command line needs it. */
    static CommandTree lazy() {
        return new CommandTree(CommandTree::checkpoint, CommandTree::restore, CommandTree::whole);
    }

    /** All built now, for a command line that comes later. */
    static CommandTree eager() {
        CommandLine checkpoint = checkpoint();
        CommandLine restore = restore();
        CommandLine whole = whole();
        return new CommandTree(() -> checkpoint, () -> restore, () -> whole);
    }

    /** Runs a command line and gives its exit status. */
    int run(String... args) {
        return commandFor(args).execute(rest(args));
    }

    private CommandLine commandFor(String... args) {
        return switch (args.length == 0 ? "" : args[0]) {
            case "checkpoint" -> checkpoint.get();
            case "restore", "restart" -> restore.get();
            default -> whole.get();
        };
    }

    private static CommandLine checkpoint() {
        return alone("checkpoint", new CheckpointCommand());
    }

    private static CommandLine restore() {
        return alone("restore", new RestoreCommand());
    }

    private static String[] rest(String... args) {
        return switch (args.length == 0 ? "" : args[0]) {
            case "checkpoint", "restore", "restart" -> Arrays.copyOfRange(args, 1, args.length);
            default -> args;
        };
    }

    private static CommandLine alone(String name, Object command) {
        return prepare(new CommandLine(command).setCommandName("reprise " + name));
    }

    /** The tree of all commands. */
    static CommandLine whole() {
        CommandLine root = new CommandLine(new Main());
        root.getCommandSpec()
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Print the version.")
                        .build());
        return prepare(root.addSubcommand(new CheckpointCommand())
                .addSubcommand(new RestoreCommand())
                .addSubcommand(new ExportCommand())
                .addSubcommand(new BinfmtCommand())
                .addSubcommand(new ExplainCommand())
                .addSubcommand(new RunCommand())
                .addSubcommand(new ShowCommand())
                .addSubcommand(new VerifyCommand())
                .addSubcommand(new ListCommand())
                .addSubcommand(new CpCommand())
                .addSubcommand(new RmCommand())
                .addSubcommand(new GcCommand())
                .addSubcommand(new CheckCommand())
                .addSubcommand(new DemoCommand())
                .addSubcommand(new CompletionCommand())
                .addSubcommand(new ManCommand())
                .addSubcommand(new SelfCommand())
                .addSubcommand(new SampleCommand())
                .addSubcommand(new CommandLine.HelpCommand()));
    }

    private static CommandLine prepare(CommandLine line) {
        addHelp(line);
        return line.registerConverter(Path.class, WorkingDirectory::path)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setParameterExceptionHandler(CommandTree::wrongUsage)
                .setExecutionExceptionHandler(CommandTree::bug);
    }

    private static void addHelp(CommandLine line) {
        if (line.getCommandSpec().optionsMap().containsKey("-h")) {
            return;
        }
        line.getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Print this help.")
                        .build());
        line.getSubcommands().values().stream().distinct().forEach(CommandTree::addHelp);
    }

    private static int wrongUsage(ParameterException wrong, String[] args) {
        CommandSpec spec = wrong.getCommandLine().getCommandSpec();
        PrintWriter err = wrong.getCommandLine().getErr();
        String name = spec.qualifiedName();
        String help = name.startsWith("reprise ") ? "reprise help " + name.substring(8) : "reprise --help";
        err.println("reprise: " + firstLine(String.valueOf(wrong.getMessage())) + "; see '" + help + "'");
        err.flush();
        return ExitStatus.WRONG_USAGE;
    }

    // What a command throws instead of reporting is our own mistake, so its trace is of use to whoever reports it.
    private static int bug(Exception unexpected, CommandLine line, CommandLine.ParseResult parsed) {
        line.getErr().println("reprise: unexpected: " + unexpected + "; please report it with these lines");
        unexpected.printStackTrace(line.getErr());
        line.getErr().flush();
        return ExitStatus.FAILED;
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("wrong usage");
    }
}
