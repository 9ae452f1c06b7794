package dev.reprise.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A command at a terminal of its own, where somebody answers each question for a passphrase; its standard streams are others. */
final class Typed {
    private Typed() {}

    /** Runs it; the answers are typed in order. What the terminal shows comes behind what the command prints. */
    static Tool.Outcome run(Path scratch, List<String> answers, String... command)
            throws IOException, InterruptedException {
        Path script = Files.writeString(scratch.resolve("typed.py"), """
                import fcntl, os, select, sys, termios
                answers = sys.argv[1].split('\\n')
                # our own hold on the other end: without one the terminal is over before the command opens it
                terminal, other = os.openpty()
                pid = os.fork()
                if pid == 0:
                    os.setsid()
                    fcntl.ioctl(other, termios.TIOCSCTTY, 0)
                    os.close(terminal)
                    os.close(other)
                    os.execvp(sys.argv[2], sys.argv[2:])
                shown = b''
                asked = 0
                ended = os.pidfd_open(pid)
                while True:
                    ready = select.select([terminal, ended], [], [])[0]
                    if terminal in ready:
                        shown += os.read(terminal, 1000)
                    elif ended in ready:
                        break
                    while shown.count(b': ') > asked:
                        os.write(terminal, answers[asked].encode() + b'\\n')
                        asked += 1
                os.write(1, b'|' + shown)
                os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                """);
        List<String> whole = new ArrayList<>(List.of("python3", script + "", String.join("\n", answers)));
        whole.addAll(Arrays.asList(command));
        return Tool.run(new ProcessBuilder(whole));
    }
}
