package dev.reprise.engine.capture;

import static dev.reprise.kernel.x86_64.SyscallNumbers.SYS_setsockopt;

import dev.reprise.engine.program.Arg;
import dev.reprise.engine.program.ProgramBuilder;
import dev.reprise.engine.tracee.GuardedChange;
import dev.reprise.engine.tracee.ProgramRunner;
import dev.reprise.engine.tracee.Takeover;
import dev.reprise.kernel.KernelException;
import dev.reprise.kernel.SocketView;
import java.util.List;
import java.util.Map;

/** Changes of a socket's options for a moment, which the process that has the socket undoes even if we die. */
final class ChangeGuard {
    private final Map<Integer, Takeover> takeovers;

    /** {@code takeovers}: of each process by its pid. */
    ChangeGuard(Map<Integer, Takeover> takeovers) {
        this.takeovers = Map.copyOf(takeovers);
    }

    /** A four-byte option as it is to be. */
    record Setting(int level, int name, int value) {}

    /** Whether somebody can undo a change of this socket. */
    boolean guards(LiveDescriptor d) {
        return takeovers.containsKey(d.pid());
    }

    /** Where the process {@code pid} runs what we ask of it. */
    ProgramRunner runner(int pid) {
        Takeover takeover = takeovers.get(pid);
        if (takeover == null) {
            throw new IllegalStateException("process " + pid + " is not frozen");
        }
        return takeover;
    }

    /** Does {@code work}, which may change options, and sets them to {@code settings} afterwards. */
    void during(LiveDescriptor d, List<Setting> settings, GuardedChange.Work work) throws KernelException {
        Takeover takeover = takeovers.get(d.pid());
        if (takeover == null) {
            throw new IllegalStateException("nobody guards descriptor " + d.number());
        }
        GuardedChange.during(takeover, p -> settings.forEach(setting -> add(p, d, setting)), () -> {
            try {
                work.run();
            } finally {
                SocketView socket = new SocketView(d.copy());
                for (Setting setting : settings) {
                    socket.set(setting.level(), setting.name(), setting.value());
                }
            }
        });
    }

    private static void add(ProgramBuilder p, LiveDescriptor d, Setting setting) {
        p.attempt(
                SYS_setsockopt,
                Arg.of(d.number()),
                Arg.of(setting.level()),
                Arg.of(setting.name()),
                p.ints(setting.value()),
                Arg.of(4));
    }
}
