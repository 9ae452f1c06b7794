package dev.reprise.acceptance;

import dev.reprise.engine.model.After;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The ways of a guest on a terminal: restored in the foreground of another terminal, as by a user at a shell; the tool ends
 * as the guest does.
 */
final class TerminalJourney {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final RunningGuest guest;
    private final Journey journey;
    private final Path image;
    private final Path pidfile;

    TerminalJourney(RunningGuest guest, Journey journey) {
        this.guest = guest;
        this.journey = journey;
        image = guest.scratch().resolve("image");
        pidfile = guest.scratch().resolve("pid");
    }

    void restore(String... options) throws IOException, InterruptedException {
        Map<Integer, Outside> before = journey.look(guest.pid());
        checkpoint();
        arrive(before, Tool.command(List.of(), arguments(options)));
    }

    void pipe() throws IOException, InterruptedException {
        Map<Integer, Outside> before = journey.look(guest.pid());
        String checkpoint = Tool.quoted("checkpoint", "--kill", guest.pid() + "");
        String restore = Tool.quoted("restore", "--pidfile", pidfile + "");
        arrive(before, List.of("bash", "-c", checkpoint + " | " + restore));
    }

    void twice() throws IOException, InterruptedException {
        Map<Integer, Outside> before = journey.look(guest.pid());
        checkpoint();
        try (PseudoTerminal terminal = PseudoTerminal.open()) {
            Process first = start(terminal, Tool.command(List.of(), arguments()));
            awaitPid(first);
            checkpoint();
            ends(first, 128 + Tasks.SIGKILL);
        }
        arrive(before, Tool.command(List.of(), arguments()));
    }

    private void checkpoint() throws InterruptedException {
        Library.checkpoint(guest.pid(), image, After.KILL);
        Tasks.awaitEnd(guest.pid(), PATIENCE);
    }

    private String[] arguments(String... options) {
        String[] always = {"restore", "--pidfile", pidfile + "", image + ""};
        String[] arguments = Arrays.copyOf(options, options.length + always.length);
        System.arraycopy(options, 0, arguments, always.length, options.length);
        System.arraycopy(always, 0, arguments, 0, always.length);
        return arguments;
    }

    private void arrive(Map<Integer, Outside> before, List<String> command) throws IOException, InterruptedException {
        try (PseudoTerminal terminal = PseudoTerminal.open()) {
            Process tool = start(terminal, command);
            int pid = awaitPid(tool);
            guest.alsoIs(pid);
            if (pid == guest.pid()) {
                journey.isAsBefore(before, pid, false);
            }
            guest.passes(pid, journey.away());
            ends(tool, 0);
        }
    }

    private static Process start(PseudoTerminal terminal, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(terminal.command(List.of("setsid"), command));
        Tool.environment(builder);
        return Births.start(builder);
    }

    private int awaitPid(Process tool) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(pidfile)) {
            if (!tool.isAlive() || System.nanoTime() > deadline) {
                throw new AssertionError(
                        "not restored: " + (tool.isAlive() ? "no pid yet" : "status " + tool.exitValue()));
            }
            Thread.sleep(2);
        }
        int pid = Integer.parseInt(Files.readString(pidfile).strip());
        Files.delete(pidfile);
        return pid;
    }

    private static void ends(Process tool, int status) throws InterruptedException {
        if (!tool.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || tool.exitValue() != status) {
            throw new AssertionError("the tool in the foreground ended with "
                    + (tool.isAlive() ? "nothing" : tool.exitValue() + "") + ", not " + status);
        }
    }
}
