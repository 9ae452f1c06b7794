package dev.reprise.acceptance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** nobody, who has no capability. */
final class PlainUser {
    /** In front of what he is to run. */
    static final List<String> COMMAND =
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all");

    private PlainUser() {}

    /** Runs the tool for him. */
    static Tool.Outcome run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(COMMAND);
        command.addAll(Tool.onJava(arguments));
        return Tool.run(new ProcessBuilder(command));
    }
}
